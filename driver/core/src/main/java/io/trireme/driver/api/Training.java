package io.trireme.driver.api;

import io.trireme.common.config.JobConfig;
import io.trireme.driver.api.event.TrainingListener;
import io.trireme.driver.api.result.Finding;
import io.trireme.driver.api.result.PreflightException;
import io.trireme.driver.api.result.RunResult;
import io.trireme.driver.api.result.TrainingFailedException;
import io.trireme.driver.report.ResultFile;
import io.trireme.driver.rows.ExampleRow;
import io.trireme.driver.rows.GivenSet;
import io.trireme.driver.rows.RowReader;
import io.trireme.driver.run.EngineChoice;
import io.trireme.driver.run.GivenData;
import io.trireme.driver.run.InitialModel;
import io.trireme.driver.run.JobRun;
import io.trireme.driver.run.ResumeMode;
import io.trireme.driver.run.RunContext;
import io.trireme.driver.run.RunFolder;
import io.trireme.driver.run.RunInputs;
import io.trireme.driver.run.RunNotices;
import io.trireme.driver.run.SourceFindings;
import io.trireme.driver.run.StopSwitch;
import io.trireme.driver.run.TrainedRun;
import io.trireme.driver.run.TrainingRun;
import io.trireme.worker.engine.BadModelException;
import io.trireme.worker.engine.TrainableModel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.deeplearning4j.nn.api.Model;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A job about to be trained: what a program adds to it, and {@link #train}. Not for several
 * threads.
 */
public final class Training {
  private static final Logger LOG = LoggerFactory.getLogger(Training.class);

  private final JavaSparkContext spark;
  private final JobConfig job;
  private final List<TrainingListener> listeners = new ArrayList<>();
  private InitialModel model = InitialModel.OF_JOB;
  private ResumeMode resume = ResumeMode.of("auto");
  private boolean overwrite;
  private @Nullable GivenSet<?> trainingSet;
  private @Nullable GivenSet<?> testSet;

  Training(JavaSparkContext spark, JobConfig job) {
    this.spark = spark;
    this.job = EngineChoice.decide(job, spark.getConf(), LOG::info);
  }

  /**
   * Begins with a copy of the parameters of a DL4J model; the model to train stays the job's. A run
   * that goes on from a checkpoint does not look at them.
   */
  public Training initialModel(Model initial) {
    model = InitialModel.withParameters(ModelZip.parameters(initial));
    return this;
  }

  /**
   * Begins with the parameters of a {@code model.zip}, as Trireme and DL4J write it.
   *
   * @throws io.trireme.worker.engine.BadModelException if it cannot be read
   */
  public Training initialModel(Path modelZip) {
    try (InputStream in = Files.newInputStream(modelZip)) {
      return initialModel(ModelZip.read(in, modelZip.toString()));
    } catch (IOException e) {
      throw new BadModelException("initial model " + modelZip + " cannot be read: " + e, e);
    }
  }

  /**
   * Begins with these parameters, in the order of DL4J's flat vector.
   *
   * @param parameters as many as the job's model has, which is checked when training begins
   */
  public Training initialParameters(float[] parameters) {
    model = InitialModel.withParameters(parameters.clone());
    return this;
  }

  /** Trains on the rows of a data frame, in place of the job's training set. */
  public Training trainOn(Dataset<Row> rows, Columns columns) {
    trainingSet = set("training", rows, columns);
    return this;
  }

  /** Evaluates on the rows of a data frame, in place of the job's test set. */
  public Training testOn(Dataset<Row> rows, Columns columns) {
    testSet = set("test", rows, columns);
    return this;
  }

  /**
   * Trains on the examples of an RDD, in place of the job's training set.
   *
   * @param classes how many classes the labels stand for; 0 for quantities
   */
  public Training trainOn(JavaRDD<Example> examples, int classes) {
    trainingSet = set(examples, classes);
    return this;
  }

  /**
   * Evaluates on the examples of an RDD, in place of the job's test set.
   *
   * @param classes as for the training set
   */
  public Training testOn(JavaRDD<Example> examples, int classes) {
    testSet = set(examples, classes);
    return this;
  }

  private static GivenSet<?> set(String name, Dataset<Row> rows, Columns columns) {
    if (columns.labels().isEmpty()) {
      throw new IllegalArgumentException(
          "columns of the " + name + " set: expected classes or quantities, seen features alone");
    }
    RowReader reader = new RowReader(columns.features(), columns.labels());
    reader.check(name, rows.schema());
    return new GivenSet<>(rows.javaRDD(), reader, columns.count());
  }

  private static GivenSet<?> set(JavaRDD<Example> examples, int classes) {
    if (classes < 0) {
      throw new IllegalArgumentException("classes: expected at least 0, seen " + classes);
    }
    return new GivenSet<>(
        examples, example -> new ExampleRow(example.features(), example.labels()), classes);
  }

  private RunInputs.DataInput data() {
    GivenSet<?> given = trainingSet;
    return given == null
        ? RunInputs.DataInput.OF_JOB
        : new GivenData(given, Optional.ofNullable(testSet));
  }

  /** Adds a listener, which is told on the thread that trains. */
  public Training listener(TrainingListener listener) {
    listeners.add(listener);
    return this;
  }

  /**
   * Begins anew. Without this, and without {@link #beginWith}, the job goes on from its newest
   * valid checkpoint, if it has one.
   */
  public Training beginAnew() {
    resume = ResumeMode.of("never");
    return this;
  }

  /** Begins with a checkpoint of any job that computes the same: a path or a URI. */
  public Training beginWith(String checkpoint) {
    resume = new ResumeMode(ResumeMode.Kind.PATH, checkpoint);
    return this;
  }

  /**
   * Lets this run replace what an earlier run of the same job id left: its metrics, result, model
   * and checkpoints. They are deleted when training begins.
   */
  public Training overwrite() {
    overwrite = true;
    return this;
  }

  /**
   * Trains the job to its end, in the calling thread. A job that has finished already is not
   * trained again: its model and its result are read from the run folder.
   *
   * @throws io.trireme.driver.api.result.PreflightException before the first step, with all that is
   *     in the way: of the Spark application, the data, the run folder, or another driver that runs
   *     the job; or if a set would not be used
   * @throws io.trireme.data.BadDataException if a source cannot be used
   * @throws io.trireme.worker.engine.BadModelException if the model, or what it is to begin with,
   *     does not fit
   * @throws TrainingFailedException if the run fails later
   */
  public TrainedModel train() {
    refuseUnusedSets();
    TrainingListener all = TrainingListener.all(listeners);
    try {
      JobRun run =
          new JobRun(
              job,
              spark.hadoopConfiguration(),
              resume,
              overwrite,
              new RunNotices(all::warning, all::warning),
              System::nanoTime);
      if (run.isFinished()) {
        return finished(run);
      }
      if (trainingSet == null) {
        SourceFindings.check(job, Map.of(), spark.hadoopConfiguration());
      }
      SparkTrainer trainer = new SparkTrainer(run);
      Optional<RunResult> result =
          run.run(trainer, new StopSwitch(), () -> spark.sc().isStopped(), listeners);
      return result.isPresent()
          ? new TrainedModel(result.get(), run.folder(), trainer.trained)
          : finished(run);
    } catch (IOException e) {
      throw new TrainingFailedException("the run's files could not be used: " + e.getMessage(), e);
    }
  }

  private TrainedModel finished(JobRun run) throws IOException {
    refuseGivenInputs(run);
    RunFolder folder = run.folder();
    return new TrainedModel(ResultFile.read(folder.fileSystem(), folder.result()), folder, null);
  }

  /** A set that would not be read is no test set at all. */
  private void refuseUnusedSets() {
    if (trainingSet == null && testSet != null) {
      throw new PreflightException(
          List.of(
              new Finding(
                  "testOn",
                  "the program hands over a test set, but no training set",
                  "call trainOn, too, or name both sets in the job")));
    }
    if (trainingSet != null && testSet == null && !job.data().test().isEmpty()) {
      throw new PreflightException(
          List.of(
              new Finding(
                  "data.test",
                  "the job names a test set, but the program hands over the training set alone",
                  "call testOn, too, or leave data.test out")));
    }
  }

  /** A result that is there already may come from other inputs than those that a program gives. */
  private void refuseGivenInputs(JobRun run) {
    if (model != InitialModel.OF_JOB || trainingSet != null) {
      throw new PreflightException(
          List.of(
              new Finding(
                  "run folder " + run.folder().path(),
                  "holds the result of a finished run of job " + job.job(),
                  "give the job another id, or call overwrite() to replace that run")));
    }
  }

  /** Trains in the caller's application, and keeps the model beside the result. */
  private final class SparkTrainer implements JobRun.Trainer {
    private final JobRun run;
    private @Nullable TrainableModel trained;

    SparkTrainer(JobRun run) {
      this.run = run;
    }

    @Override
    public RunResult train(RunContext context, TrainingListener listener) {
      RunInputs inputs = new RunInputs(job, model, data());
      TrainedRun done = new TrainingRun(spark, inputs, run.folder(), context, listener).train();
      trained = done.model();
      return done.result();
    }
  }
}
