package io.trireme.driver.run;

import io.trireme.driver.api.result.RunResult;
import java.io.IOException;
import java.io.OutputStream;
import org.deeplearning4j.nn.api.Model;

/**
 * What a run has come to.
 *
 * @param result what {@code result.json} says
 * @param model the model with its trained parameters
 */
public record TrainedRun(RunResult result, Model model) {

  /** A copy of the parameters. */
  public float[] parameters() {
    return model.params().dup().data().asFloat();
  }

  /** Writes DL4J's {@code model.zip}, without updater state; leaves the stream open. */
  public void write(OutputStream out) throws IOException {
    ModelFiles.writeZip(model, out);
  }
}
