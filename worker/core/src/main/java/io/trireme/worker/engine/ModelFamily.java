package io.trireme.worker.engine;

import io.trireme.common.checkpoint.BadCheckpointException;
import io.trireme.common.checkpoint.Checkpoint;
import io.trireme.common.checkpoint.StepState;
import io.trireme.common.config.ModelConfig;
import io.trireme.common.config.OptimizerConfig;
import io.trireme.common.service.Providers;
import io.trireme.data.schema.ExampleSchema;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.jspecify.annotations.Nullable;

/**
 * A kind of models: how they are read, described in text, and written. Found by {@code
 * META-INF/services}; implementations have no state and a public constructor without parameters.
 */
public interface ModelFamily {

  /** Its name, such as {@code dl4j}. */
  String name();

  /**
   * The model that a job file describes, initialised from a seed and checked against the data. The
   * same arguments give the same parameters everywhere.
   *
   * @param optimizer the job's optimizer; null where the model brings its own
   * @param hadoop how files are reached
   * @throws BadModelException with every problem that was found: of the optimizer, of a
   *     configuration that cannot be read, of a model that does not fit the data or that servers
   *     cannot train
   */
  TrainableModel create(
      ModelConfig config,
      @Nullable OptimizerConfig optimizer,
      long seed,
      ExampleSchema schema,
      Configuration hadoop);

  /**
   * How many classes the model that a job file describes tells apart; 0 if as many as the data
   * have. Cheap enough to be asked before a cluster is.
   *
   * @param hadoop how files are reached
   * @throws BadModelException if the description cannot be read
   */
  int classes(ModelConfig config, Configuration hadoop);

  /** Whether a text is a description that a model of this family gave. */
  boolean describes(String description);

  /**
   * The model of a description, initialised from a seed and checked against the data.
   *
   * @param origin where the description comes from, for messages
   * @throws BadModelException as {@link #create} does
   */
  TrainableModel open(String description, String origin, long seed, ExampleSchema schema);

  /**
   * Writes the model of a checkpoint as {@link TrainableModel#write} does; leaves the stream open.
   *
   * @param updaterState whether to write what the family's own training needs to go on as Trireme
   *     would
   * @throws BadCheckpointException if the checkpoint is of another layout than its model, or
   *     damaged
   * @throws BadModelException if the model cannot be built
   */
  void export(Checkpoint checkpoint, boolean updaterState, OutputStream out) throws IOException;

  /**
   * The family of a name.
   *
   * @throws BadModelException if there is none; the message lists the names
   */
  static ModelFamily named(String name) {
    List<ModelFamily> all = Providers.of(ModelFamily.class);
    return all.stream()
        .filter(family -> family.name().equals(name))
        .findFirst()
        .orElseThrow(() -> unknown("named " + name, all));
  }

  /**
   * The family that gave a description.
   *
   * @throws BadModelException if there is none; the message lists the names
   */
  static ModelFamily of(String description) {
    List<ModelFamily> all = Providers.of(ModelFamily.class);
    return all.stream()
        .filter(family -> family.describes(description))
        .findFirst()
        .orElseThrow(() -> unknown("knows the model's description", all));
  }

  /**
   * The family of a checkpoint's model.
   *
   * @throws BadCheckpointException if the checkpoint holds no description of its model
   * @throws BadModelException if no family knows it; the message lists the names
   */
  static ModelFamily of(Checkpoint checkpoint) throws BadCheckpointException {
    String description = checkpoint.manifest().model();
    if (description.isEmpty()) {
      throw new BadCheckpointException(
          StepState.DAMAGED,
          "step " + checkpoint.manifest().step() + ": its manifest holds no model's configuration");
    }
    return of(description);
  }

  private static BadModelException unknown(String what, List<ModelFamily> all) {
    return new BadModelException(
        List.of(
            "model: no model family "
                + what
                + "; there are "
                + all.stream().map(ModelFamily::name).toList()));
  }
}
