package io.trireme.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The PTX text in the jar is what the sources give, and every card's assembler takes it. */
class KernelTextTest {
  private static final int MOST_TEXTS = 6;
  private static final Path TEXTS = Path.of("src/main/resources/io/trireme/cuda");

  @TempDir Path folder;

  @Test
  void textsAreWhatTheSourcesGive() throws Exception {
    assumeTrue(StandIn.found("nvcc"), "nvcc is absent");
    for (String text : List.of("kernels.ptx", "tensor.ptx")) {
      assertThat(isWritten(text))
          .as("worker/cuda/src/main/cuda/build.sh writes %s anew", text)
          .isTrue();
    }
  }

  /** Where memory cannot be laid out as always, nvcc has several texts for the same kernels. */
  private boolean isWritten(String text) throws Exception {
    for (int attempt = 0; attempt < MOST_TEXTS; attempt++) {
      if (Files.exists(folder.resolve(text))
          && Files.mismatch(TEXTS.resolve(text), folder.resolve(text)) < 0) {
        return true;
      }
      String said = StandIn.run(List.of("bash", "src/main/cuda/build.sh", folder.toString()));
      assertThat(said).doesNotContain("error");
    }
    return Files.mismatch(TEXTS.resolve(text), folder.resolve(text)) < 0;
  }

  @ParameterizedTest
  @CsvSource({
    "75, kernels",
    "80, kernels",
    "86, kernels",
    "89, kernels",
    "90, kernels",
    "100, kernels",
    "120, kernels",
    "80, tensor",
    "120, tensor"
  })
  void assemblerTakesTheText(int capability, String text) throws Exception {
    assumeTrue(StandIn.found("ptxas"), "ptxas is absent");
    Path code = folder.resolve("code");
    Path file = TEXTS.resolve(text + ".ptx");
    String said =
        StandIn.run(
            List.of(
                "ptxas", "-O0", "-arch=sm_" + capability, file.toString(), "-o", code.toString()));
    assertThat(said).doesNotContain("error");
    assertThat(code).isNotEmptyFile();
  }
}
