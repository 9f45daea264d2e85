package io.trireme.worker.dl4j.chain;

import java.util.List;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/** The output layer's activation and loss; what they allocate lives in a workspace. */
abstract sealed class LossStage implements ChainStage {
  private double sum;

  /**
   * The stage of an output layer.
   *
   * @param preOutput {@code [examples, outputs]} in 'c' order, before the activation
   * @param preOutputError receives its error, in the same shape and order
   * @param labels {@code [examples, outputs]} in 'c' order
   */
  static LossStage of(
      OutputLayer conf, INDArray preOutput, INDArray preOutputError, INDArray labels) {
    return conf.getLossFn() instanceof LossMCXENT entropy
            && entropy.getWeights() == null
            && conf.getActivationFn() instanceof ActivationSoftmax
        ? new CrossEntropy(entropy, preOutput, preOutputError, labels)
        : new Any(conf, preOutput, preOutputError, labels);
  }

  /** The sum of the losses of the last batch, without regularisation. */
  double sum() {
    return sum;
  }

  /** Any loss, by DL4J's own function. */
  private static final class Any extends LossStage {
    private static final String WORKSPACE = "TRIREME_CHAIN_LOSS";
    private static final WorkspaceConfiguration SPACE =
        WorkspaceConfiguration.builder().initialSize(1 << 20).build();

    private final ILossFunction loss;
    private final IActivation activation;
    private final INDArray preOutput;
    private final INDArray preOutputError;
    private final INDArray labels;

    Any(OutputLayer conf, INDArray preOutput, INDArray preOutputError, INDArray labels) {
      this.loss = conf.getLossFn();
      this.activation = conf.getActivationFn();
      this.preOutput = preOutput;
      this.preOutputError = preOutputError;
      this.labels = labels;
    }

    @Override
    public void forward() {
      try (MemoryWorkspace space =
          Nd4j.getWorkspaceManager().getAndActivateWorkspace(SPACE, WORKSPACE)) {
        super.sum = loss.computeScore(labels, preOutput, activation, null, false);
      }
    }

    @Override
    public void backward() {
      try (MemoryWorkspace space =
          Nd4j.getWorkspaceManager().getAndActivateWorkspace(SPACE, WORKSPACE)) {
        preOutputError.assign(loss.computeGradient(labels, preOutput, activation, null));
      }
    }

    @Override
    public void close() {}
  }

  /**
   * Softmax with cross-entropy: {@code softmax(z) - labels}, and the loss in double precision,
   * which differs from DL4J's by its rounding to float.
   */
  private static final class CrossEntropy extends LossStage {
    private final INDArray labels;
    private final INDArray error;
    private final PreparedOp softmax;
    private final float clip;
    private final int count;

    CrossEntropy(LossMCXENT loss, INDArray preOutput, INDArray error, INDArray labels) {
      this.labels = labels;
      this.error = error;
      this.clip = (float) loss.getSoftmaxClipEps();
      this.count = Math.toIntExact(labels.length());
      this.softmax = new PreparedOp("softmax", new long[] {1}, List.of(preOutput), List.of(error));
    }

    @Override
    public void forward() {
      softmax.run();
      super.sum =
          RowKernels.crossEntropy(
              ChainArrays.address(error), ChainArrays.address(labels), count, clip);
    }

    @Override
    public void backward() {
      RowKernels.subtract(ChainArrays.address(error), ChainArrays.address(labels), count);
    }

    @Override
    public void close() {
      softmax.close();
    }
  }
}
