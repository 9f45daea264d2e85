package io.trireme.worker.dl4j;

import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What a network computes on, in the order of its inputs and of its outputs. Not copied. */
final class NetworkArrays {
  private final INDArray[] features;
  private final INDArray[] labels;
  private final INDArray[] featureMasks;
  private final INDArray[] labelMasks;
  private final boolean masked;

  /**
   * Arrays of one batch.
   *
   * @param featureMasks one for each of the features; null where there is none, as DL4J has it
   * @param labelMasks one for each of the labels; null where there is none
   */
  NetworkArrays(
      INDArray[] features, INDArray[] labels, INDArray[] featureMasks, INDArray[] labelMasks) {
    this.features = features;
    this.labels = labels;
    this.featureMasks = featureMasks;
    this.labelMasks = labelMasks;
    this.masked =
        Stream.of(featureMasks, labelMasks).flatMap(Stream::of).anyMatch(mask -> mask != null);
  }

  /** Features alone, without masks. */
  static NetworkArrays of(INDArray[] features, int outputs) {
    return new NetworkArrays(
        features, new INDArray[outputs], new INDArray[features.length], new INDArray[outputs]);
  }

  INDArray[] features() {
    return features;
  }

  INDArray[] labels() {
    return labels;
  }

  INDArray[] featureMasks() {
    return featureMasks;
  }

  INDArray[] labelMasks() {
    return labelMasks;
  }

  /** Whether there is any mask. */
  boolean isMasked() {
    return masked;
  }
}
