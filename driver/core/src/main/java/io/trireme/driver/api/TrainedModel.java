package io.trireme.driver.api;

import io.trireme.driver.api.result.RunResult;
import io.trireme.driver.run.RunFolder;
import io.trireme.worker.engine.TrainableModel;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import org.deeplearning4j.nn.api.Model;
import org.jspecify.annotations.Nullable;

/**
 * What training has come to: the model, what it measures, and the run's result. The model is read
 * from the run folder when it is asked for, so the folder must still be there then.
 */
public final class TrainedModel {
  private final RunResult result;
  private final RunFolder folder;

  /** Null if the job had finished before. */
  private final @Nullable TrainableModel trained;

  TrainedModel(RunResult result, RunFolder folder, @Nullable TrainableModel trained) {
    this.result = result;
    this.folder = folder;
    this.trained = trained;
  }

  /** The result, as {@code result.json} in the run folder has it. */
  public RunResult result() {
    return result;
  }

  /** Measures on the test set; empty if the job has none. */
  public Optional<RunResult.Evaluation> evaluation() {
    return Optional.ofNullable(result.evaluation());
  }

  /** The run folder, as a URI: metrics, result, model and checkpoints. */
  public String folder() {
    return folder.path().toString();
  }

  /** A copy of the trained parameters, in the order of the model's flat vector. */
  public float[] parameters() throws IOException {
    TrainableModel model = trained;
    if (model == null) {
      return ModelZip.parameters(model());
    }
    float[] floats = new float[Math.toIntExact(model.layout().length())];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = model.parameters().getFloat(i * Float.BYTES);
    }
    return floats;
  }

  /** The model as DL4J's own, without updater state; a new one with each call. */
  public Model model() throws IOException {
    try (InputStream in = folder.fileSystem().open(folder.model())) {
      return ModelZip.read(in, folder.model().toString());
    }
  }

  /** Copies {@code model.zip}; leaves the stream open. */
  public void write(OutputStream out) throws IOException {
    try (InputStream in = folder.fileSystem().open(folder.model())) {
      long unused = in.transferTo(out);
    }
  }
}
