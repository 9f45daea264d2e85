package io.trireme.worker.dl4j;

import io.trireme.common.checkpoint.Checkpoint;
import io.trireme.common.config.ModelConfig;
import io.trireme.common.config.OptimizerConfig;
import io.trireme.data.schema.ExampleSchema;
import io.trireme.worker.engine.BadModelException;
import io.trireme.worker.engine.ModelFamily;
import io.trireme.worker.engine.TrainableModel;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;

/** DL4J's networks: the zoo's, and those of configurations in DL4J's JSON. */
public final class Dl4jFamily implements ModelFamily {
  /** The family's name. */
  public static final String NAME = "dl4j";

  private static final int ZOO_CLASSES = 10;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public TrainableModel create(
      ModelConfig config,
      @Nullable OptimizerConfig optimizer,
      long seed,
      ExampleSchema schema,
      Configuration hadoop) {
    String location = config.dl4j();
    if (location != null) {
      if (optimizer != null) {
        throw new BadModelException(
            List.of(
                "optimizer: "
                    + location
                    + " holds its own; remove the optimizer from the job file"));
      }
      return open(ModelFile.read(location, hadoop), location, seed, schema);
    }
    String zoo = config.zoo();
    if (zoo == null || optimizer == null) {
      throw new BadModelException(
          List.of(
              "model " + config + ", optimizer " + optimizer + ": a zoo model needs an optimizer"));
    }
    return checked(
        "zoo model " + zoo,
        schema,
        () -> {
          MultiLayerNetwork network =
              new MultiLayerNetwork(Zoo.configuration(zoo, optimizer, seed, schema));
          network.init();
          return network;
        });
  }

  @Override
  public int classes(ModelConfig config, Configuration hadoop) {
    String location = config.dl4j();
    return location == null
        ? ZOO_CLASSES
        : ModelJson.classes(ModelFile.read(location, hadoop), "model " + location);
  }

  /** DL4J's JSON is an object; no other family's description begins so. */
  @Override
  public boolean describes(String description) {
    return description.stripLeading().startsWith("{");
  }

  @Override
  public TrainableModel open(String description, String origin, long seed, ExampleSchema schema) {
    return checked("model " + origin, schema, () -> ModelJson.read(description, seed));
  }

  @Override
  public void export(Checkpoint checkpoint, boolean updaterState, OutputStream out)
      throws IOException {
    CheckpointExport.writeZip(checkpoint, out, updaterState);
  }

  /** Makes a model and checks it, so that all messages name it. */
  private static TrainableModel checked(
      String what, ExampleSchema schema, Supplier<? extends Model> maker) {
    try {
      return Dl4jModel.of(maker.get(), schema);
    } catch (BadModelException e) {
      throw e.of(what);
    } catch (RuntimeException e) {
      throw new BadModelException(
          what
              + " cannot be built for data of "
              + TensorBinding.words(schema)
              + ": "
              + e.getMessage(),
          e);
    }
  }
}
