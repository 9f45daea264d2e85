package io.trireme.worker.engine;

import io.trireme.common.layout.Layout;
import io.trireme.data.schema.ExampleSchema;
import java.io.IOException;
import java.io.OutputStream;
import org.agrona.MutableDirectBuffer;

/** A model with its parameters, checked against the data that it is to be trained on. */
public interface TrainableModel {

  /** The name of its {@link ModelFamily}. */
  String family();

  /**
   * What the model is, without its parameters, as text from which its family makes it again. Equal
   * models have equal texts.
   */
  String description();

  /** What the data's examples are. */
  ExampleSchema schema();

  /** How its flat vector is divided, and what servers must do to each part. */
  Layout layout();

  /** Its parameters, {@code layout().length()} floats off heap; writing changes the model. */
  MutableDirectBuffer parameters();

  /**
   * Writes description and parameters in the family's own file format, without updater state;
   * leaves the stream open.
   *
   * @param step how many steps made the parameters
   * @param epoch how many whole epochs they are
   */
  void write(OutputStream out, long step, int epoch) throws IOException;

  /**
   * An engine that computes on this model.
   *
   * @param engine the engine's name, such as {@link EngineProvider#CPU}
   * @param capacity the most examples of one computation
   * @throws BadModelException if there is no such engine for this family, or it cannot compute a
   *     part of this model; the message names the engines, or the part
   */
  default GradientEngine engine(String engine, int capacity, EngineSettings settings) {
    return EngineProvider.of(family(), engine).create(this, capacity, settings);
  }

  /** As {@link #engine(String, int, EngineSettings)}, with {@link EngineSettings#DEFAULT}. */
  default GradientEngine engine(String engine, int capacity) {
    return engine(engine, capacity, EngineSettings.DEFAULT);
  }
}
