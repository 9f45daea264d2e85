package io.trireme.kernels.optimizer;

import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.serde.json.JsonMappers;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.nd4j.shade.jackson.databind.SerializationFeature;

/**
 * Updaters and regularisations as text, in ND4J's own JSON form: how they stand in a {@link
 * io.trireme.common.layout.Segment}. Equal configurations have equal texts.
 */
public final class UpdaterJson {
  private UpdaterJson() {}

  /**
   * An updater's text.
   *
   * @throws IllegalArgumentException if the updater, or a schedule in it, has no JSON form that
   *     brings all of it back
   */
  public static String ofUpdater(IUpdater updater) {
    return faithful(updater, IUpdater.class);
  }

  /**
   * A regularisation's text.
   *
   * @throws IllegalArgumentException if the regularisation, or a schedule in it, has no JSON form
   *     that brings all of it back
   */
  public static String ofRegularization(Regularization regularization) {
    return faithful(regularization, Regularization.class);
  }

  /**
   * The updater of a text.
   *
   * @throws IllegalArgumentException if the text is no updater's
   */
  public static IUpdater updater(String json) {
    return read(json, IUpdater.class);
  }

  /**
   * The regularisation of a text.
   *
   * @throws IllegalArgumentException if the text is no regularisation's
   */
  public static Regularization regularization(String json) {
    return read(json, Regularization.class);
  }

  private static <T> String faithful(T value, Class<T> type) {
    String json = write(value);
    T back = read(json, type);
    if (!back.getClass().equals(value.getClass()) || !write(back).equals(json)) {
      throw new IllegalArgumentException(
          value + " does not survive its JSON form, which reads back as " + back);
    }
    return json;
  }

  private static String write(Object value) {
    try {
      return mapper()
          .writer()
          .without(SerializationFeature.INDENT_OUTPUT)
          .writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(value + " has no JSON form: " + e.getOriginalMessage(), e);
    }
  }

  private static <T> T read(String json, Class<T> type) {
    try {
      return mapper().readValue(json, type);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "no " + type.getSimpleName() + " reads back from " + json + ": " + e.getOriginalMessage(),
          e);
    }
  }

  private static ObjectMapper mapper() {
    return JsonMappers.getMapper();
  }
}
