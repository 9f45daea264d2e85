package io.trireme.worker.dl4j.cuda;

import io.trireme.cuda.spec.Activation;
import io.trireme.cuda.spec.Activation.Kind;
import io.trireme.cuda.spec.Layer.Loss;
import io.trireme.cuda.spec.Layer.LossKind;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationGELU;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU6;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;
import org.nd4j.linalg.lossfunctions.impl.LossNegativeLogLikelihood;

/** DL4J's activations and losses, as the kernels know them. */
final class Functions {
  private static final String ACTIVATIONS =
      "identity, relu, relu6, leakyrelu, elu, tanh, sigmoid and gelu";
  private static final String LOSSES =
      "MCXENT and NEGATIVELOGLIKELIHOOD with softmax, XENT with sigmoid and MSE with identity,"
          + " without weights";

  private Functions() {}

  /** An activation. */
  static Activation activation(String layer, IActivation function) {
    if (function.equals(new ActivationReLU())) {
      return Activation.RELU;
    }
    if (function instanceof ActivationIdentity) {
      return Activation.IDENTITY;
    }
    if (function instanceof ActivationTanH) {
      return Activation.of(Kind.TANH);
    }
    if (function instanceof ActivationSigmoid) {
      return Activation.of(Kind.SIGMOID);
    }
    if (function instanceof ActivationGELU gelu) {
      return Activation.of(gelu.isPrecise() ? Kind.GELU_TANH : Kind.GELU);
    }
    if (function instanceof ActivationLReLU leaky) {
      return new Activation(Kind.LEAKY_RELU, (float) leaky.getAlpha());
    }
    if (function instanceof ActivationELU elu) {
      return new Activation(Kind.ELU, (float) elu.getAlpha());
    }
    if (function.equals(new ActivationReLU6())) {
      return Activation.of(Kind.RELU6);
    }
    throw LayerReader.unknown(
        "activation of layer " + layer,
        function.getClass().getSimpleName() + " " + function,
        ACTIVATIONS);
  }

  /** A loss with the activation of its output. */
  static Loss loss(String layer, ILossFunction loss, IActivation output) {
    Class<?> type = loss.getClass();
    if ((type == LossMCXENT.class || type == LossNegativeLogLikelihood.class)
        && ((LossMCXENT) loss).getWeights() == null
        && output instanceof ActivationSoftmax) {
      float clip = (float) ((LossMCXENT) loss).getSoftmaxClipEps();
      return new Loss(LossKind.SOFTMAX_CROSS_ENTROPY, clip);
    }
    if (type == LossBinaryXENT.class
        && ((LossBinaryXENT) loss).getWeights() == null
        && output instanceof ActivationSigmoid) {
      float clip = (float) ((LossBinaryXENT) loss).getClipEps();
      return new Loss(LossKind.SIGMOID_CROSS_ENTROPY, clip);
    }
    if (type == LossMSE.class
        && ((LossMSE) loss).getWeights() == null
        && output instanceof ActivationIdentity) {
      return new Loss(LossKind.SQUARED, 0);
    }
    throw LayerReader.unknown("loss of layer " + layer, loss.name() + " with " + output, LOSSES);
  }
}
