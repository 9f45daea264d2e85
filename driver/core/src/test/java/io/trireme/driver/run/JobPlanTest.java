package io.trireme.driver.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trireme.common.config.JobConfig;
import io.trireme.driver.api.result.PreflightException;
import io.trireme.driver.fixture.LocalJobs;
import io.trireme.driver.fixture.LocalSpark;
import io.trireme.driver.fixture.RunWatcher;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What a job would do is told as it then does it, and telling leaves nothing but the data. */
@Timeout(1800)
@ExtendWith(LocalSpark.class)
class JobPlanTest {
  private final JavaSparkContext spark;
  @TempDir private Path folder;
  private LocalJobs jobs;

  JobPlanTest(JavaSparkContext spark) {
    this.spark = spark;
  }

  @BeforeEach
  void jobs() {
    jobs = new LocalJobs(spark, folder, "epochs=3", "batch={size: 96, slots: 4}");
  }

  private List<String> plan(JobConfig job) throws IOException {
    RunFolder files = RunFolder.of(job, new Configuration());
    RunContext context =
        new JobRun(
                job,
                new Configuration(),
                ResumeMode.of("auto"),
                false,
                new RunNotices(line -> {}, line -> {}),
                () -> 0)
            .rehearsal();
    return new TrainingRun(spark, RunInputs.of(job), files, context, new RunWatcher())
        .plan()
        .lines();
  }

  @Test
  void tellsDataModelSharingAndSchedule() throws Exception {
    List<String> plan = plan(jobs.job("told", "servers={count: 2, replicas: 1}"));

    assertThat(plan)
        .anySatisfy(line -> assertThat(line).startsWith("train ").contains(" 1,000 examples, "))
        .anySatisfy(line -> assertThat(line).contains("label label of one number", "10 classes"))
        .anySatisfy(line -> assertThat(line).startsWith("test ").contains(" 200 examples, "))
        .anySatisfy(line -> assertThat(line).contains("dl4j, engine cpu: 407,050 parameters"))
        .anySatisfy(line -> assertThat(line).contains("401,920 parameters: 0_W 784 x 512, 0_b"))
        .anySatisfy(line -> assertThat(line).contains("2, sharing a batch of 96 in 4 slots"))
        .anySatisfy(line -> assertThat(line).contains("9 groups, each with 1 backup"))
        .anySatisfy(line -> assertThat(line).contains("33: 3 epochs of 11; synchrony bsp"))
        .anySatisfy(line -> assertThat(line).contains("learning rate 0.001 at first"))
        .anySatisfy(line -> assertThat(line).contains("initial parameters of seed 7"));
    assertThat(folder.resolve("told")).doesNotExist();
    assertThat(jobs.train("told").result().steps()).isEqualTo(33);
  }

  @Test
  void tellsTheCheckpointThatItWouldGoOnFrom() throws Exception {
    JobConfig job = jobs.job("going-on", "checkpoint={everySteps: 5}");
    long step = jobs.killAfter(5, job);

    assertThat(plan(job))
        .anySatisfy(line -> assertThat(line).endsWith("with the checkpoint of step " + step))
        .anySatisfy(line -> assertThat(line).contains("every 5 steps"));
  }

  @Test
  void whatWouldStopTheRunStopsThePlan() {
    assertThatThrownBy(() -> plan(jobs.job("too-large", "batch={size: 5000, slots: 4}")))
        .isInstanceOf(PreflightException.class)
        .hasMessageContaining("only 1000 examples");
  }
}
