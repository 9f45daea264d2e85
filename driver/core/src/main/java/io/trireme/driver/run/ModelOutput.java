package io.trireme.driver.run;

import io.trireme.common.config.JobConfig;
import io.trireme.common.files.AtomicFile;
import io.trireme.driver.api.event.TrainingListener;
import io.trireme.driver.api.event.TrainingPhase;
import io.trireme.driver.api.result.RunResult;
import io.trireme.driver.executor.WorkerResult;
import io.trireme.driver.prepare.PreparedData;
import java.io.IOException;
import org.apache.spark.api.java.JavaSparkContext;

/** What a trained run leaves: the saved model, its evaluation, its result. */
final class ModelOutput {
  private final JavaSparkContext spark;
  private final JobConfig job;
  private final RunFolder folder;
  private final TrainingListener listener;

  ModelOutput(
      JavaSparkContext spark, JobConfig job, RunFolder folder, TrainingListener listener) {
    this.spark = spark;
    this.job = job;
    this.folder = folder;
    this.listener = listener;
  }

  /** Saves the model, measures it, and describes the run. */
  TrainedRun write(TrainingPlan plan, PreparedData data, WorkerResult trained, RunTotals totals)
      throws IOException, InterruptedException {
    listener.phase(TrainingPhase.SAVING);
    ModelFiles.setParameters(plan.model(), trained.params());
    AtomicFile.write(
        folder.fileSystem(), folder.model(), out -> ModelFiles.writeZip(plan.model(), out));
    listener.phase(TrainingPhase.EVALUATING);
    RunResult.Evaluation evaluation =
        Evaluator.evaluate(
            spark,
            plan.spec().modelJson(),
            trained.params(),
            data.testUri(),
            Math.max(1, plan.spec().workers()));
    RunResult result =
        new RunResult(
            job.job(),
            RunResult.Status.DONE,
            plan.spec().lastStep(),
            job.epochs(),
            totals.examplesPerSecond(),
            totals.trainSeconds(),
            evaluation,
            plan.spec().layout().length(),
            trained.paramsSha256(),
            plan.spec().workers(),
            job.servers().count(),
            totals.restarts(),
            null);
    return new TrainedRun(result, plan.model());
  }
}
