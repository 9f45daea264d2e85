package io.trireme.driver.api;

import java.io.Serializable;
import java.util.Objects;

/**
 * One example of an RDD. No record, since the serializers that Spark can be set to include one that
 * cannot make records.
 */
public final class Example implements Serializable {
  private static final long serialVersionUID = 1L;

  private final float[] features;
  private final float[] labels;

  /** An example of a class, from 0. */
  public Example(float[] features, int label) {
    this(features, new float[] {label});
  }

  /** An example whose label is one or more quantities; the arrays are not copied. */
  public Example(float[] features, float[] labels) {
    this.features = Objects.requireNonNull(features, "features");
    this.labels = Objects.requireNonNull(labels, "labels");
  }

  /** What the model gets; not copied. */
  public float[] features() {
    return features;
  }

  /** What it should say; not copied. */
  public float[] labels() {
    return labels;
  }
}
