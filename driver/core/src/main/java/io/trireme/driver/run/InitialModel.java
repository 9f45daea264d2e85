package io.trireme.driver.run;

import io.trireme.common.config.JobConfig;
import io.trireme.worker.dl4j.ModelFactory;
import io.trireme.worker.engine.InputFacts;
import org.deeplearning4j.nn.api.Model;

/** Makes the model that a run begins with, when it does not begin with a checkpoint. */
@FunctionalInterface
public interface InitialModel {

  /** The model that the job names, with parameters from the job's seed. */
  InitialModel OF_JOB = ModelFactory::create;

  /**
   * The model, of its initial parameters.
   *
   * @throws io.trireme.worker.engine.BadModelException if it does not fit the data
   */
  Model create(JobConfig job, InputFacts facts);
}
