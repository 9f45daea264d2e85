package io.trireme.driver.run;

import io.trireme.driver.report.ResultFile;
import io.trireme.worker.engine.BadModelException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.util.ModelSerializer;

/** What an earlier run left, read from its folder. */
public final class FinishedRun {
  private FinishedRun() {}

  /**
   * Model and result of a run.
   *
   * @throws IOException if either cannot be read
   */
  public static TrainedRun read(RunFolder folder) throws IOException {
    try (InputStream in = folder.fileSystem().open(folder.model())) {
      return new TrainedRun(
          ResultFile.read(folder.fileSystem(), folder.result()),
          model(in.readAllBytes(), folder.model().toString()));
    }
  }

  /**
   * The model of a {@code model.zip}.
   *
   * @throws BadModelException if it cannot be read
   */
  public static Model readModel(Path modelZip) {
    try {
      return model(Files.readAllBytes(modelZip), modelZip.toString());
    } catch (IOException e) {
      throw new BadModelException("initial model " + modelZip + " cannot be read: " + e, e);
    }
  }

  private static Model model(byte[] zip, String origin) throws IOException {
    ByteArrayInputStream in = new ByteArrayInputStream(zip);
    return isGraph(zip, origin)
        ? ModelSerializer.restoreComputationGraph(in, false)
        : ModelSerializer.restoreMultiLayerNetwork(in, false);
  }

  private static boolean isGraph(byte[] zip, String origin) throws IOException {
    try (ZipInputStream entries = new ZipInputStream(new ByteArrayInputStream(zip))) {
      for (ZipEntry at = entries.getNextEntry(); at != null; at = entries.getNextEntry()) {
        if (at.getName().equals(ModelSerializer.CONFIGURATION_JSON)) {
          return new String(entries.readAllBytes(), StandardCharsets.UTF_8)
              .contains("\"networkInputs\"");
        }
      }
    }
    throw new IOException(origin + " is no model that DL4J has written: it holds no configuration");
  }
}
