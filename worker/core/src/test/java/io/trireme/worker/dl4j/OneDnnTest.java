package io.trireme.worker.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.factory.Nd4j;

class OneDnnTest {

  @Test
  void convolutionsUseOneDnn() {
    assumeTrue("amd64".equals(System.getProperty("os.arch")), "built with oneDNN on x86-64 only");
    assertThat(OneDnn.check())
        .isEqualTo(new OneDnn.Status(true, "convolutions use MKLDNNConvHelper"));
  }

  @Test
  void saysSoWhereTheyDoNot() {
    assumeTrue("amd64".equals(System.getProperty("os.arch")), "built with oneDNN on x86-64 only");
    Nd4j.getEnvironment().allowHelpers(false);
    try {
      OneDnn.Status status = OneDnn.check();
      assertThat(status.inUse()).isFalse();
      assertThat(status.detail()).contains("no oneDNN", "-onednn");
    } finally {
      Nd4j.getEnvironment().allowHelpers(true);
    }
  }
}
