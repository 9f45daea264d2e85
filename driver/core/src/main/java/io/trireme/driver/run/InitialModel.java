package io.trireme.driver.run;

import io.trireme.common.config.JobConfig;
import io.trireme.data.schema.ExampleSchema;
import io.trireme.worker.engine.BadModelException;
import io.trireme.worker.engine.ModelFamily;
import io.trireme.worker.engine.TrainableModel;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/** Makes the model that a run begins with, when it does not begin with a checkpoint. */
@FunctionalInterface
public interface InitialModel {

  /** The model that the job names, with parameters from the job's seed. */
  InitialModel OF_JOB =
      (job, schema, hadoop) ->
          ModelFamily.named(job.model().family())
              .create(job.model(), job.optimizer(), job.seed(), schema, hadoop);

  /**
   * The model, of its initial parameters.
   *
   * @param schema what the data's examples are
   * @param hadoop how files are reached
   * @throws BadModelException if it does not fit the data, or the parameters do not fit it
   */
  TrainableModel create(JobConfig job, ExampleSchema schema, Configuration hadoop);

  /** The model that the job names, with these parameters; the array is not copied. */
  static InitialModel withParameters(float[] parameters) {
    return (job, schema, hadoop) -> {
      TrainableModel model = OF_JOB.create(job, schema, hadoop);
      if (model.layout().length() != parameters.length) {
        throw new BadModelException(
            List.of(
                "initial model: has "
                    + parameters.length
                    + " parameters, but the job's model has "
                    + model.layout().length()
                    + "; begin with a model of the same layers"));
      }
      for (int i = 0; i < parameters.length; i++) {
        model.parameters().putFloat(i * Float.BYTES, parameters[i]);
      }
      return model;
    };
  }
}
