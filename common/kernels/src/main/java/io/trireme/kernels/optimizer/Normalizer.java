package io.trireme.kernels.optimizer;

import io.trireme.common.layout.GradientNormalization;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.api.ops.impl.reduce.floating.Norm2;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Gradient normalisation of one layer, operation by operation as DL4J's {@code
 * BaseMultiLayerUpdater.preApply} does it, down to which branch divides and which multiplies.
 *
 * <p>As in DL4J, it acts on the whole layer: the statistics of a batch normalisation layer that has
 * a gradient normalisation are normalised and clipped like its weights.
 */
final class Normalizer {
  /** What DL4J divides by instead of a norm of zero. */
  private static final double INSTEAD_OF_ZERO = 1e-5;

  private final GradientNormalization kind;
  private final double threshold;
  private final INDArray layer;
  private final List<INDArray> parameters;

  /**
   * A normaliser over views of the gradient.
   *
   * @param layer the layer's floats; a part of them is enough for element-wise clipping
   * @param parameters the layer's parameters one by one, in their own shapes
   */
  Normalizer(
      GradientNormalization kind, double threshold, INDArray layer, List<INDArray> parameters) {
    this.kind = kind;
    this.threshold = threshold;
    this.layer = layer;
    this.parameters = List.copyOf(parameters);
  }

  void apply() {
    switch (kind) {
      case None -> {}
      case RenormalizeL2PerLayer -> layer.divi(orInstead(layer.norm2Number().doubleValue()));
      case RenormalizeL2PerParamType -> {
        for (INDArray parameter : parameters) {
          double norm =
              Nd4j.getExecutioner()
                  .execAndReturn(new Norm2(parameter))
                  .getFinalResult()
                  .doubleValue();
          parameter.divi(orInstead(norm));
        }
      }
      case ClipElementWiseAbsoluteValue ->
          Nd4j.getExecutioner()
              .exec(
                  DynamicCustomOp.builder("clipbyvalue")
                      .addInputs(layer)
                      .callInplace(true)
                      .addFloatingPointArguments(-threshold, threshold)
                      .build());
      case ClipL2PerLayer -> {
        double norm = layer.norm2Number().doubleValue();
        if (norm > threshold) {
          layer.muli(threshold / norm);
        }
      }
      case ClipL2PerParamType -> {
        for (INDArray parameter : parameters) {
          double norm = parameter.norm2Number().doubleValue();
          if (norm > threshold) {
            parameter.divi(norm / threshold);
          }
        }
      }
    }
  }

  private static double orInstead(double norm) {
    return norm == 0.0 ? INSTEAD_OF_ZERO : norm;
  }
}
