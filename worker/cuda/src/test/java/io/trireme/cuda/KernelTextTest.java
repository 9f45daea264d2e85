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
  private static final Path TEXTS = Path.of("src/main/resources/io/trireme/cuda");

  @TempDir Path folder;

  @Test
  void textsAreWhatTheSourcesGive() throws Exception {
    assumeTrue(StandIn.found("nvcc"), "nvcc is absent");
    String said = StandIn.run(List.of("bash", "src/main/cuda/build.sh", folder.toString()));
    assertThat(said).doesNotContain("error");
    for (String text : List.of("kernels.ptx", "tensor.ptx")) {
      assertThat(steady(folder.resolve(text)))
          .as("worker/cuda/src/main/cuda/build.sh writes %s anew", text)
          .isEqualTo(steady(TEXTS.resolve(text)));
    }
  }

  /**
   * A text without what differs from one call of nvcc to the next: the numbers of registers, and
   * loads from shared memory that it repeats or not in the largest kernels.
   */
  private static List<String> steady(Path text) throws Exception {
    return Files.readAllLines(text).stream()
        .filter(line -> !line.contains("ld.shared"))
        .map(line -> line.replaceAll("%(f|fd|p|r|rd|rs)\\d+", "%$1").replaceAll("<\\d+>", "<>"))
        .toList();
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
