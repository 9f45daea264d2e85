package io.trireme.worker.dl4j;

import io.trireme.worker.engine.BadModelException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.nd4j.shade.jackson.core.JsonLocation;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.databind.DeserializationFeature;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/** The file of a configuration in DL4J's JSON. */
final class ModelFile {
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private ModelFile() {}

  /**
   * The text of a file that holds a JSON object, and nothing else; a byte order mark is left out.
   *
   * @param location a path, or a URI of any file system that Hadoop knows
   * @throws BadModelException naming the file, and the place in it
   */
  static String read(String location, Configuration hadoop) {
    String text = text(location, hadoop);
    try {
      if (!new ObjectMapper()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .readTree(text)
          .isObject()) {
        throw new BadModelException(List.of(said(location, "is JSON, but no object")));
      }
      return text;
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation();
      String place =
          at == null
              ? ""
              : String.format(
                  Locale.ROOT, "line %d, column %d: ", at.getLineNr(), at.getColumnNr());
      throw new BadModelException(
          said(location, place + "is no JSON: " + e.getOriginalMessage().replaceAll("\\s+", " ")),
          e);
    }
  }

  private static String text(String location, Configuration hadoop) {
    Path path;
    try {
      path = new Path(location);
    } catch (IllegalArgumentException e) {
      throw new BadModelException(said(location, "is no path: " + e.getMessage()), e);
    }
    try (InputStream in = path.getFileSystem(hadoop).open(path)) {
      String text =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(in.readAllBytes())).toString();
      return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
    } catch (FileNotFoundException e) {
      throw new BadModelException(said(location, "no such file"), e);
    } catch (CharacterCodingException e) {
      throw new BadModelException(said(location, "is no text in UTF-8"), e);
    } catch (IOException | RuntimeException e) {
      // A file system without its classes is a RuntimeException of Hadoop's.
      throw new BadModelException(said(location, "cannot be read: " + e), e);
    }
  }

  private static String said(String location, String what) {
    return "model "
        + location
        + ": "
        + what
        + "; expected a network's configuration in DL4J's JSON; correct model.dl4j in the job file";
  }
}
