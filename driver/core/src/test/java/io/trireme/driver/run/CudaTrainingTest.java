package io.trireme.driver.run;

import static io.trireme.driver.fixture.LocalJobs.size;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.trireme.cuda.StandIn;
import io.trireme.driver.api.result.PreflightException;
import io.trireme.driver.api.result.TrainingFailedException;
import io.trireme.driver.fixture.LocalJobs;
import io.trireme.driver.fixture.LocalJobs.Run;
import io.trireme.driver.fixture.LocalSpark;
import java.nio.file.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Whole jobs with {@code engine: cuda}, on the stand-in of the driver. */
@Timeout(1800)
@ExtendWith(LocalSpark.class)
class CudaTrainingTest {
  private static final int ILLEGAL_ADDRESS = 700;

  private StandIn.Control control;
  private LocalJobs jobs;

  @BeforeEach
  void start(JavaSparkContext spark, @TempDir Path folder) throws Exception {
    control = StandIn.use();
    jobs = new LocalJobs(spark, folder, "data.train.examples=600", "batch={size: 50, slots: 2}");
  }

  @AfterEach
  void restore() throws Exception {
    if (control != null) {
      control = StandIn.use();
    }
  }

  @Test
  void reachesWhatTheProcessorReachesAndGoesOnFromItsCheckpoint() throws Exception {
    Run cpu = jobs.train("cpu", size(1, 1));
    Run cuda = jobs.train("cuda", size(1, 1, "engine=cuda", "checkpoint={everySteps: 12}"));
    assertThat(cuda.result().steps()).isEqualTo(cpu.result().steps());
    assertThat(cpu.accuracy()).isGreaterThan(0.5);
    assertThat(cuda.accuracy()).isCloseTo(cpu.accuracy(), within(0.02));
    assertThat(control.standinLive()).isZero();
    String[] more = size(1, 1, "epochs=3", "checkpoint={everySteps: 12}");
    assertThatThrownBy(() -> jobs.train("cuda", more))
        .isInstanceOf(PreflightException.class)
        .hasMessageContaining("engine.name: cuda became cpu");
    Run further =
        jobs.train("cuda", size(1, 1, "engine=cuda", "epochs=3", "checkpoint={everySteps: 12}"));
    Run whole = jobs.train("whole", size(1, 1, "engine=cuda", "epochs=3"));
    assertThat(further.parameters()).isEqualTo(whole.parameters());
  }

  @Test
  void aCardThatFailsInMidRunIsTheLossOfItsWorkerAndSaysWhy() throws Exception {
    long before = control.standinCalls();
    Run calm = jobs.train("calm", size(1, 1, "engine=cuda"));
    assertThat(calm.result().steps()).isEqualTo(24);
    long calls = control.standinCalls() - before;
    control.standinFail(calls / 2, ILLEGAL_ADDRESS);
    assertThatThrownBy(() -> jobs.train("failing", size(1, 1, "engine=cuda")))
        .isInstanceOf(TrainingFailedException.class)
        .hasMessageContaining("worker 0")
        .hasMessageContaining("CUDA_ERROR_ILLEGAL_ADDRESS");
    assertThat(control.standinLive()).isZero();
  }

  @Test
  void twoWorkersOfAnExecutorDoNotShareACard() {
    assertThatThrownBy(() -> jobs.train("two", size(2, 1, "engine=cuda")))
        .isInstanceOf(TrainingFailedException.class)
        .hasMessageContaining("would share GPU 0")
        .hasMessageContaining("spark.task.resource.gpu.amount");
  }

  @Test
  void withoutACardNothingStarts() {
    control.standinDevice(0, 0, 0, 13000);
    assertThatThrownBy(() -> jobs.train("none", size(1, 1, "engine=cuda")))
        .isInstanceOf(PreflightException.class)
        .hasMessageContaining("No card is visible")
        .hasMessageContaining("engine: cpu");
  }
}
