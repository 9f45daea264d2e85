package io.trireme.worker.dl4j.cuda;

import io.trireme.common.layout.Layout;
import io.trireme.common.layout.Segment;
import io.trireme.cuda.spec.Activation;
import io.trireme.cuda.spec.ChainSpec;
import io.trireme.cuda.spec.Layer.BatchNorm;
import io.trireme.cuda.spec.Layer.Convolution;
import io.trireme.cuda.spec.Layer.Dense;
import io.trireme.cuda.spec.Layer.Statistics;
import io.trireme.cuda.spec.Shape;
import io.trireme.worker.engine.BadModelException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.dropout.IDropout;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.jspecify.annotations.Nullable;

/** Adds one DL4J layer after the other to a chain; each refusal names the layer. */
final class LayerReader {
  private static final String KNOWN =
      "DenseLayer, ConvolutionLayer, SubsamplingLayer, GlobalPoolingLayer, BatchNormalization,"
          + " ActivationLayer, DropoutLayer, OutputLayer and LossLayer";

  private final ChainSpec.Builder chain;
  private final Map<String, Long> offsets = new HashMap<>();

  LayerReader(ChainSpec.Builder chain, Layout layout) {
    this.chain = chain;
    for (Segment segment : layout.segments()) {
      offsets.put(segment.name(), segment.offset());
    }
  }

  /** The refusal of a part. */
  static BadModelException unknown(String what, String seen, String known) {
    return new BadModelException(
        List.of(
            "engine cuda: "
                + what
                + " is "
                + seen
                + ", but it knows only "
                + known
                + "; change the model, or set engine: cpu"));
  }

  /**
   * Adds a layer.
   *
   * @param name as in the names of its parameters
   * @param from the node that it reads
   * @return the node that has its result
   */
  String add(String name, Layer conf, @Nullable InputPreProcessor before, String from) {
    refuseBefore(name, before, from);
    if (conf instanceof BaseLayer base && base.getWeightNoise() != null) {
      throw unknown(
          "weight noise of layer " + name,
          base.getWeightNoise().getClass().getSimpleName(),
          "layers without it");
    }
    Class<?> type = conf.getClass();
    if (type == DenseLayer.class) {
      return dense(name, (DenseLayer) conf, from);
    }
    if (type == ConvolutionLayer.class) {
      return convolution(name, (ConvolutionLayer) conf, from);
    }
    if (type == SubsamplingLayer.class) {
      return added(name, Windows.pool(name, (SubsamplingLayer) conf), from);
    }
    if (type == GlobalPoolingLayer.class) {
      Shape in = chain.shapeOf(from);
      return added(name, Windows.global(name, (GlobalPoolingLayer) conf, in), from);
    }
    if (type == BatchNormalization.class) {
      return norm(name, (BatchNormalization) conf, from);
    }
    if (type == ActivationLayer.class) {
      Activation activation =
          Functions.activation(name, ((ActivationLayer) conf).getActivationFn());
      return added(name, new io.trireme.cuda.spec.Layer.Activate(activation), from);
    }
    if (type == DropoutLayer.class) {
      return dropout(name, conf.getIDropout(), from, name);
    }
    if (type == OutputLayer.class) {
      return output(name, (OutputLayer) conf, from);
    }
    if (type == LossLayer.class) {
      LossLayer loss = (LossLayer) conf;
      return added(name, Functions.loss(name, loss.getLossFn(), loss.getActivationFn()), from);
    }
    throw unknown("layer " + name, type.getSimpleName(), KNOWN);
  }

  /** Refuses what happens before a layer, unless it only names dimensions anew. */
  void refuseBefore(String name, @Nullable InputPreProcessor before, String from) {
    if (before == null) {
      return;
    }
    boolean plain =
        (before instanceof CnnToFeedForwardPreProcessor rows
                && rows.getFormat() == CNN2DFormat.NCHW)
            || (before instanceof FeedForwardToCnnPreProcessor images
                && shape(images).equals(chain.shapeOf(from)));
    if (!plain) {
      throw unknown(
          "the preprocessor of layer " + name,
          before.getClass().getSimpleName(),
          "CnnToFeedForwardPreProcessor of NCHW and, on the input, FeedForwardToCnnPreProcessor");
    }
  }

  private static Shape shape(FeedForwardToCnnPreProcessor images) {
    return Shape.image(
        Math.toIntExact(images.getNumChannels()),
        Math.toIntExact(images.getInputHeight()),
        Math.toIntExact(images.getInputWidth()));
  }

  private String dense(String name, DenseLayer conf, String from) {
    if (conf.hasLayerNorm()) {
      throw unknown("layer " + name, "DenseLayer with layer norm", "dense layers without it");
    }
    String at = dropout(name, conf.getIDropout(), from, name + "/dropout");
    Activation activation = Functions.activation(name, conf.getActivationFn());
    return added(name, product(name, conf.getNOut(), activation), at);
  }

  private String output(String name, OutputLayer conf, String from) {
    String at = dropout(name, conf.getIDropout(), from, name + "/dropout");
    added(name, product(name, conf.getNOut(), Activation.IDENTITY), at);
    return added(
        name + "/loss", Functions.loss(name, conf.getLossFn(), conf.getActivationFn()), name);
  }

  private Dense product(String name, long outputs, Activation activation) {
    return new Dense(Math.toIntExact(outputs), offset(name, "W"), offset(name, "b"), activation);
  }

  private String convolution(String name, ConvolutionLayer conf, String from) {
    String at = dropout(name, conf.getIDropout(), from, name + "/dropout");
    return added(
        name,
        new Convolution(
            Math.toIntExact(conf.getNOut()),
            Windows.of(name, conf),
            offset(name, "W"),
            offset(name, "b"),
            Functions.activation(name, conf.getActivationFn())),
        at);
  }

  private String norm(String name, BatchNormalization conf, String from) {
    Shape in = chain.shapeOf(from);
    if (conf.getNOut() != in.channels() || conf.getCnn2DFormat() != CNN2DFormat.NCHW) {
      throw unknown(
          "layer " + name,
          "BatchNormalization of " + conf.getNOut() + " features of " + in,
          "normalisation of channels, in format NCHW");
    }
    if (!conf.isMinibatch()
        || (conf.isLockGammaBeta() && (conf.getGamma() != 1 || conf.getBeta() != 0))) {
      throw unknown(
          "layer " + name,
          "BatchNormalization with isMinibatch "
              + conf.isMinibatch()
              + ", gamma "
              + conf.getGamma()
              + ", beta "
              + conf.getBeta(),
          "isMinibatch true and, where locked, gamma 1 and beta 0");
    }
    return added(
        name,
        new BatchNorm(
            new Statistics((float) conf.getEps(), (float) conf.getDecay(), conf.isUseLogStd()),
            offset(name, "gamma"),
            offset(name, "beta"),
            offset(name, "mean"),
            offset(name, conf.isUseLogStd() ? "log10stdev" : "var"),
            Activation.IDENTITY),
        from);
  }

  private String dropout(String name, @Nullable IDropout conf, String from, String node) {
    if (conf == null) {
      return from;
    }
    if (conf.getClass() != Dropout.class || ((Dropout) conf).getPSchedule() != null) {
      throw unknown(
          "dropout of layer " + name,
          conf.getClass() == Dropout.class ? "on a schedule" : conf.getClass().getSimpleName(),
          "Dropout of one probability");
    }
    return added(node, new io.trireme.cuda.spec.Layer.Dropout(((Dropout) conf).getP()), from);
  }

  private long offset(String layer, String parameter) {
    return offsets.getOrDefault(layer + "_" + parameter, io.trireme.cuda.spec.Layer.NONE);
  }

  private String added(String name, io.trireme.cuda.spec.Layer layer, String from) {
    chain.addReading(name, layer, from);
    return name;
  }
}
