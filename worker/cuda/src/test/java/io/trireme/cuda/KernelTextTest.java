package io.trireme.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The PTX text in the jar is what the sources give, and every card's assembler takes it. */
class KernelTextTest {
  private static final Path TEXT = Path.of("src/main/resources/io/trireme/cuda/kernels.ptx");

  @TempDir Path folder;

  @Test
  void textIsWhatTheSourcesGive() throws Exception {
    assumeTrue(StandIn.found("nvcc"), "nvcc is absent");
    Path built = folder.resolve("kernels.ptx");
    String said = StandIn.run(List.of("bash", "src/main/cuda/build.sh", built.toString()));
    assertThat(said).doesNotContain("error");
    assertThat(Files.mismatch(TEXT, built))
        .as("worker/cuda/src/main/cuda/build.sh writes the text anew")
        .isEqualTo(-1);
  }

  @ParameterizedTest
  @ValueSource(ints = {75, 80, 86, 89, 90, 100, 120})
  void assemblerTakesTheText(int capability) throws Exception {
    assumeTrue(StandIn.found("ptxas"), "ptxas is absent");
    Path code = folder.resolve("code");
    String said =
        StandIn.run(
            List.of(
                "ptxas", "-O0", "-arch=sm_" + capability, TEXT.toString(), "-o", code.toString()));
    assertThat(said).doesNotContain("error");
    assertThat(code).isNotEmptyFile();
  }
}
