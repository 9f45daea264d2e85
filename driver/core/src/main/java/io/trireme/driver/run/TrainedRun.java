package io.trireme.driver.run;

import io.trireme.driver.api.result.RunResult;
import io.trireme.worker.engine.TrainableModel;

/**
 * What a run has come to.
 *
 * @param result what {@code result.json} says
 * @param model the model with its trained parameters
 */
public record TrainedRun(RunResult result, TrainableModel model) {}
