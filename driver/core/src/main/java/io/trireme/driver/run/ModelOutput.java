package io.trireme.driver.run;

import io.trireme.common.config.JobConfig;
import io.trireme.common.files.AtomicFile;
import io.trireme.driver.api.event.TrainingListener;
import io.trireme.driver.api.event.TrainingPhase;
import io.trireme.driver.api.result.RunResult;
import io.trireme.driver.api.result.TrainingFailedException;
import io.trireme.driver.evaluate.EvaluationException;
import io.trireme.driver.evaluate.Evaluator;
import io.trireme.driver.executor.WorkerResult;
import io.trireme.driver.prepare.PreparedData;
import java.io.IOException;
import org.apache.spark.api.java.JavaSparkContext;
import org.nd4j.evaluation.classification.Evaluation;

/** What a trained run leaves: the saved model, its evaluation, its result. */
final class ModelOutput {
  private final JavaSparkContext spark;
  private final JobConfig job;
  private final RunFolder folder;
  private final TrainingListener listener;

  ModelOutput(JavaSparkContext spark, JobConfig job, RunFolder folder, TrainingListener listener) {
    this.spark = spark;
    this.job = job;
    this.folder = folder;
    this.listener = listener;
  }

  /** Saves the model, measures it, and describes the run. */
  TrainedRun write(TrainingPlan plan, PreparedData data, WorkerResult trained, RunTotals totals)
      throws IOException, InterruptedException {
    listener.phase(TrainingPhase.SAVING);
    plan.model().parameters().putBytes(0, trained.params());
    AtomicFile.write(
        folder.fileSystem(),
        folder.model(),
        out -> plan.model().write(out, plan.spec().lastStep(), job.epochs()));
    RunResult.Evaluation evaluation = data.hasTest() ? evaluate(plan, data) : null;
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
            plan.spec().computation().workers(),
            job.servers().count(),
            totals.restarts(),
            null);
    return new TrainedRun(result, plan.model());
  }

  private RunResult.Evaluation evaluate(TrainingPlan plan, PreparedData data)
      throws InterruptedException {
    listener.phase(TrainingPhase.EVALUATING);
    int parts = Math.max(1, plan.spec().computation().workers());
    try {
      Evaluation measures =
          Evaluator.evaluate(spark, plan.model(), job.engine(), data.testUri(), parts);
      return new RunResult.Evaluation(
          measures.accuracy(), measures.precision(), measures.recall(), measures.f1());
    } catch (EvaluationException e) {
      throw new TrainingFailedException("the trained model was saved, but " + e.getMessage(), e);
    }
  }
}
