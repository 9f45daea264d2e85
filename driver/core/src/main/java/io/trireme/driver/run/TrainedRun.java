package io.trireme.driver.run;

import io.trireme.driver.api.result.RunResult;
import org.deeplearning4j.nn.api.Model;

/**
 * What a run has come to.
 *
 * @param result what {@code result.json} says
 * @param model the model with its trained parameters
 */
public record TrainedRun(RunResult result, Model model) {}
