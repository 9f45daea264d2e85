package io.trireme.driver.api;

import io.trireme.worker.engine.BadModelException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.util.ModelSerializer;

/** Reads models that DL4J or Trireme wrote. */
final class ModelZip {
  private ModelZip() {}

  /**
   * The model of a {@code model.zip}, without updater state; leaves the stream open.
   *
   * @param origin how messages name it
   * @throws BadModelException if it is none
   */
  static Model read(InputStream in, String origin) throws IOException {
    byte[] zip = in.readAllBytes();
    boolean graph = isGraph(zip, origin);
    try {
      return graph
          ? ModelSerializer.restoreComputationGraph(new ByteArrayInputStream(zip), false)
          : ModelSerializer.restoreMultiLayerNetwork(new ByteArrayInputStream(zip), false);
    } catch (RuntimeException e) {
      throw new BadModelException(origin + " cannot be read by DL4J: " + e.getMessage(), e);
    }
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

  /** A copy of a model's parameters. */
  static float[] parameters(Model model) {
    return model.params().dup().data().asFloat();
  }
}
