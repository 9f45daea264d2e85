package io.trireme.common.message;

/**
 * What became of one worker's gradients on their way to the servers, since the worker started.
 *
 * @param plainBytes bytes that they take as floats
 * @param encodedBytes bytes that were sent instead, without the messages' own fields
 * @param floats numbers in them
 * @param sentFloats numbers of which a value of their own was sent
 * @param residualNormSquared the square of the Euclidean norm of what has not been sent yet
 */
public record EncodingReport(
    long plainBytes, long encodedBytes, long floats, long sentFloats, double residualNormSquared) {

  /** Nothing yet. */
  public static final EncodingReport NOTHING = new EncodingReport(0, 0, 0, 0, 0);

  /** Both together. */
  public EncodingReport plus(EncodingReport other) {
    return new EncodingReport(
        plainBytes + other.plainBytes,
        encodedBytes + other.encodedBytes,
        floats + other.floats,
        sentFloats + other.sentFloats,
        residualNormSquared + other.residualNormSquared);
  }
}
