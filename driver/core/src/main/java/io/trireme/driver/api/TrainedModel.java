package io.trireme.driver.api;

import io.trireme.driver.api.result.RunResult;
import io.trireme.driver.run.TrainedRun;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;
import org.deeplearning4j.nn.api.Model;

/** What training has come to: the model, what it measures, and the run's result. */
public final class TrainedModel {
  private final TrainedRun run;
  private final String folder;

  TrainedModel(TrainedRun run, String folder) {
    this.run = run;
    this.folder = folder;
  }

  /** The result, as {@code result.json} in the run folder has it. */
  public RunResult result() {
    return run.result();
  }

  /** Measures on the test set; empty if the job has none. */
  public Optional<RunResult.Evaluation> evaluation() {
    return Optional.ofNullable(run.result().evaluation());
  }

  /** The run folder, as a URI: metrics, result, model and checkpoints. */
  public String folder() {
    return folder;
  }

  /** A copy of the trained parameters, in the order of DL4J's flat vector. */
  public float[] parameters() {
    return run.parameters();
  }

  /** The model as DL4J's own, with its trained parameters and without updater state. */
  public Model model() {
    return run.model();
  }

  /** Writes DL4J's {@code model.zip}, without updater state; leaves the stream open. */
  public void write(OutputStream out) throws IOException {
    run.write(out);
  }
}
