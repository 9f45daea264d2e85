package io.trireme.kernels.optimizer;

import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.learning.regularization.Regularization.ApplyStep;

/** The regularisations of one contiguous range of floats. */
final class Regularizer {
  private final List<Regularization> regularizations;
  private final INDArray parameters;
  private final INDArray gradient;

  /** Regularisations, in the order in which they apply, over views of one range. */
  Regularizer(List<String> json, INDArray parameters, INDArray gradient) {
    this.regularizations = json.stream().map(UpdaterJson::regularization).toList();
    this.parameters = parameters;
    this.gradient = gradient;
  }

  /** Adds to the gradient what belongs to this side of the updater. */
  void apply(ApplyStep side, double learningRate, int iteration, int epoch) {
    for (Regularization regularization : regularizations) {
      if (regularization.applyStep() == side) {
        regularization.apply(parameters, gradient, learningRate, iteration, epoch);
      }
    }
  }
}
