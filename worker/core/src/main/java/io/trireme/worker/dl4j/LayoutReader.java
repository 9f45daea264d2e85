package io.trireme.worker.dl4j;

import io.trireme.common.layout.GradientNormalization;
import io.trireme.common.layout.LayerSpan;
import io.trireme.common.layout.Layout;
import io.trireme.common.layout.Segment;
import io.trireme.common.layout.SegmentKind;
import io.trireme.kernels.optimizer.UpdaterJson;
import io.trireme.worker.engine.BadModelException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.OptimizationAlgorithm;
import org.deeplearning4j.nn.api.Trainable;
import org.deeplearning4j.nn.api.TrainingConfig;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.regularization.Regularization;

/**
 * The layout of a DL4J model: what a server must know to do with the flat gradient what the model's
 * own {@code fit()} would.
 */
final class LayoutReader {
  private final List<Segment> segments = new ArrayList<>();
  private final List<LayerSpan> layers = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();
  private long at;

  private LayoutReader() {}

  /**
   * The layout of an initialised model.
   *
   * @throws BadModelException if the model asks for something that servers cannot do: another
   *     optimisation algorithm than gradient descent, truncated backpropagation, constraints on
   *     parameters, parameters of layerwise pretraining, an updater without a JSON form, another
   *     data type than FLOAT
   */
  static Layout read(Dl4jNetwork network) {
    return new LayoutReader().layout(network);
  }

  private Layout layout(Dl4jNetwork network) {
    INDArray parameters = network.model().params();
    if (parameters == null || parameters.length() == 0) {
      throw new BadModelException(
          List.of("the model has no parameters: there is nothing to train"));
    }
    if (parameters.dataType() != DataType.FLOAT) {
      problems.add("parameters of " + parameters.dataType() + ", expected FLOAT");
    }
    OptimizationAlgorithm algorithm = network.configuration().getOptimizationAlgo();
    if (algorithm != OptimizationAlgorithm.STOCHASTIC_GRADIENT_DESCENT) {
      problems.add(
          "optimization algorithm " + algorithm + ", expected STOCHASTIC_GRADIENT_DESCENT");
    }
    if (network.configuration().getStepFunction() != null) {
      problems.add(
          "step function "
              + network.configuration().getStepFunction().getClass().getSimpleName()
              + ": leave it out, the default is the one that is supported");
    }
    if (network.backpropType() != BackpropType.Standard) {
      problems.add("backpropagation " + network.backpropType() + ", expected Standard");
    }
    for (Dl4jNetwork.Part part : network.parts()) {
      readPart(part);
    }
    if (problems.isEmpty() && at != parameters.length()) {
      problems.add(
          "parameters by name end at float " + at + ", the vector at " + parameters.length());
    }
    if (!problems.isEmpty()) {
      throw new BadModelException(problems);
    }
    return new Layout(at, segments, layers, network.configuration().isMiniBatch());
  }

  private void readPart(Dl4jNetwork.Part part) {
    Trainable trainable = part.trainable();
    Map<String, INDArray> parameters = trainable.paramTable(false);
    if (parameters == null || parameters.isEmpty()) {
      return;
    }
    TrainingConfig config = trainable.getConfig();
    if (config instanceof Layer layer
        && layer.getConstraints() != null
        && !layer.getConstraints().isEmpty()) {
      problems.add(
          "layer "
              + part.name()
              + ": constraints "
              + layer.getConstraints()
              + " are not supported; remove them");
    }
    long start = at;
    for (Map.Entry<String, INDArray> parameter : parameters.entrySet()) {
      readParameter(part, config, parameter.getKey(), parameter.getValue());
    }
    org.deeplearning4j.nn.conf.GradientNormalization normalization =
        config.getGradientNormalization();
    layers.add(
        new LayerSpan(
            part.name(),
            start,
            at - start,
            normalization == null
                ? GradientNormalization.None
                : GradientNormalization.valueOf(normalization.name()),
            config.getGradientNormalizationThreshold()));
  }

  private void readParameter(
      Dl4jNetwork.Part part, TrainingConfig config, String parameter, INDArray values) {
    String name = part.name() + "_" + parameter;
    if (config.isPretrainParam(parameter)) {
      problems.add(
          "parameter "
              + name
              + " is for layerwise pretraining only, which is not supported; use another layer");
    }
    String updater = "";
    List<String> regularization = new ArrayList<>();
    try {
      updater = UpdaterJson.ofUpdater(config.getUpdaterByParam(parameter));
      List<Regularization> all = config.getRegularizationByParam(parameter);
      for (Regularization one : all == null ? List.<Regularization>of() : all) {
        regularization.add(UpdaterJson.ofRegularization(one));
      }
    } catch (IllegalArgumentException e) {
      problems.add("parameter " + name + ": " + e.getMessage());
    }
    segments.add(
        new Segment(
            name,
            layers.size(),
            at,
            values.length(),
            Arrays.stream(values.shape()).boxed().toList(),
            values.ordering(),
            part.trainable().updaterDivideByMinibatch(parameter)
                ? SegmentKind.WEIGHT
                : SegmentKind.STATISTIC,
            updater,
            regularization));
    at += values.length();
  }
}
