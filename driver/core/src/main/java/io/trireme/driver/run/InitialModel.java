package io.trireme.driver.run;

import io.trireme.common.config.JobConfig;
import io.trireme.kernels.memory.FloatVector;
import io.trireme.worker.dl4j.ModelFactory;
import io.trireme.worker.engine.BadModelException;
import io.trireme.worker.engine.InputFacts;
import java.util.List;
import org.deeplearning4j.nn.api.Model;

/** Makes the model that a run begins with, when it does not begin with a checkpoint. */
@FunctionalInterface
public interface InitialModel {

  /** The model that the job names, with parameters from the job's seed. */
  InitialModel OF_JOB = ModelFactory::create;

  /**
   * The model, of its initial parameters.
   *
   * @throws BadModelException if it does not fit the data, or the parameters do not fit it
   */
  Model create(JobConfig job, InputFacts facts);

  /** The model that the job names, with these parameters; the array is not copied. */
  static InitialModel withParameters(float[] parameters) {
    return (job, facts) -> {
      Model model = OF_JOB.create(job, facts);
      if (model.numParams() != parameters.length) {
        throw new BadModelException(
            List.of(
                "initial model: has "
                    + parameters.length
                    + " parameters, but the job's model has "
                    + model.numParams()
                    + "; begin with a model of the same layers"));
      }
      var target = FloatVector.bufferOf(model.params());
      for (int i = 0; i < parameters.length; i++) {
        target.putFloat(i * Float.BYTES, parameters[i]);
      }
      return model;
    };
  }

  /** The model that the job names, with the parameters of another. */
  static InitialModel withParametersOf(Model other) {
    return (job, facts) ->
        withParameters(other.params().dup().data().asFloat()).create(job, facts);
  }
}
