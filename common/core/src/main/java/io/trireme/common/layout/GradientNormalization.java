package io.trireme.common.layout;

/** DL4J's gradient normalisations, by DL4J's names. */
public enum GradientNormalization {
  None(false),
  RenormalizeL2PerLayer(true),
  RenormalizeL2PerParamType(true),
  ClipElementWiseAbsoluteValue(false),
  ClipL2PerLayer(true),
  ClipL2PerParamType(true);

  private final boolean spansLayer;

  GradientNormalization(boolean spansLayer) {
    this.spansLayer = spansLayer;
  }

  /**
   * Whether it needs a norm, so that the whole layer must be reduced before any part of it can be
   * updated.
   */
  public boolean spansLayer() {
    return spansLayer;
  }
}
