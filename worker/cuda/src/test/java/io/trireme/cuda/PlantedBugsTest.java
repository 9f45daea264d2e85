package io.trireme.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.cuda.driver.CudaException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The stand-in finds mistakes in kernels: each test here plants one. */
class PlantedBugsTest {
  private static final int ORDERS = 3;

  private StandIn.Control control;
  private float[] truth;

  @BeforeEach
  void start() throws Exception {
    control = StandIn.use();
    truth = SmallNet.gradient();
  }

  @AfterEach
  void restore() throws Exception {
    if (control != null) {
      control = StandIn.use();
    }
  }

  @Test
  void trueKernelsGiveOneResultInEveryOrderOfThreads() {
    assertThat(findings()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "1, missing barrier in a product",
    "2, bound of rows off by one",
    "3, bound of a window off by one",
    "4, missing barrier in a sum",
    "5, shared memory read before it is written",
    "6, wrong offset of a result",
    "7, race on a sum"
  })
  void plantedMistakeIsFound(int number, String what) throws Exception {
    control.standinPlant(number);
    assertThat(findings()).as(what).isNotEmpty();
  }

  private List<String> findings() {
    List<String> findings = new ArrayList<>();
    for (int order = 0; order < ORDERS; order++) {
      control.standinOrder(order);
      control.standinFail(-1, 0);
      try {
        float[] seen = SmallNet.gradient();
        if (!Arrays.equals(seen, truth)) {
          findings.add("order " + order + ": another gradient");
        }
      } catch (CudaException | IllegalStateException e) {
        findings.add("order " + order + ": " + e.getMessage());
      }
    }
    return findings;
  }
}
