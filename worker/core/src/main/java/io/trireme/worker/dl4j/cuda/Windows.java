package io.trireme.worker.dl4j.cuda;

import io.trireme.cuda.spec.Layer.Pool;
import io.trireme.cuda.spec.Shape;
import io.trireme.cuda.spec.Window;
import io.trireme.cuda.spec.Window.Pair;
import java.util.Arrays;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;

/** The windows of convolutions and pooling. */
final class Windows {
  private static final Pair ONE = new Pair(1, 1);
  private static final Pair NONE = new Pair(0, 0);

  private Windows() {}

  /** A convolution's. */
  static Window of(String name, ConvolutionLayer conf) {
    refuse(name, conf.getConvolutionMode(), conf.getCnn2dDataFormat());
    return window(
        conf.getConvolutionMode(),
        conf.getKernelSize(),
        pair(conf.getStride()),
        pair(conf.getPadding()),
        pair(conf.getDilation()));
  }

  /** Pooling over windows. */
  static Pool pool(String name, SubsamplingLayer conf) {
    refuse(name, conf.getConvolutionMode(), conf.getCnn2dDataFormat());
    Window window =
        window(
            conf.getConvolutionMode(),
            conf.getKernelSize(),
            pair(conf.getStride()),
            pair(conf.getPadding()),
            pair(conf.getDilation()));
    return new Pool(
        maximum(name, conf.getPoolingType()), window, conf.isAvgPoolIncludePadInDivisor());
  }

  /** Pooling over whole channels. */
  static Pool global(String name, GlobalPoolingLayer conf, Shape in) {
    int[] dimensions = conf.getPoolingDimensions();
    boolean whole = dimensions == null || Arrays.equals(dimensions, new int[] {2, 3});
    if (!whole || !conf.isCollapseDimensions()) {
      throw LayerReader.unknown(
          "layer " + name,
          "GlobalPoolingLayer over dimensions " + Arrays.toString(dimensions),
          "height and width, collapsed");
    }
    return new Pool(
        maximum(name, conf.getPoolingType()),
        new Window(in.height(), in.width(), ONE, NONE, ONE, false),
        false);
  }

  private static boolean maximum(String name, PoolingType type) {
    if (type != PoolingType.MAX && type != PoolingType.AVG) {
      throw LayerReader.unknown("pooling of layer " + name, type.toString(), "MAX and AVG");
    }
    return type == PoolingType.MAX;
  }

  private static void refuse(String name, ConvolutionMode mode, CNN2DFormat format) {
    if (mode == ConvolutionMode.Causal || format != CNN2DFormat.NCHW) {
      throw LayerReader.unknown(
          "layer " + name,
          "of mode " + mode + " and format " + format,
          "the modes Strict, Truncate and Same and the format NCHW");
    }
  }

  private static Window window(
      ConvolutionMode mode, int[] kernel, Pair stride, Pair padding, Pair dilation) {
    boolean same = mode == ConvolutionMode.Same;
    return new Window(kernel[0], kernel[1], stride, same ? NONE : padding, dilation, same);
  }

  private static Pair pair(int[] values) {
    return new Pair(values[0], values[1]);
  }
}
