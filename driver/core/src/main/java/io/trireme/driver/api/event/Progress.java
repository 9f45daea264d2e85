package io.trireme.driver.api.event;

/**
 * How training stands at the end of an interval of one or more steps.
 *
 * @param step steps done since the start of the job
 * @param steps steps that the whole job has
 * @param epoch epoch, from 1, that the last step belongs to
 * @param epochs epochs that the whole job has
 * @param loss mean loss of an example over the interval; NaN if all its steps were skipped
 * @param learningRate rate of the last step; NaN where the updater has none
 * @param samplesPerSecond examples trained a second over the interval, by all workers together
 * @param bytesSent bytes that the workers sent to servers over the interval, encoded
 * @param bytesReceived bytes that the workers received from servers over the interval, encoded
 * @param compressionRatio bytes before encoding by bytes after, of what was sent; 1 for none
 * @param stalenessMax the most steps by which a gradient was older than the parameters that it
 *     changed; 0 under {@code bsp}
 * @param residualNorm Euclidean norm of what lossy codecs have not sent yet, over all workers; 0
 *     for none
 * @param density share of the gradients' numbers of which a value of their own was sent; 1 for all
 * @param skippedSteps steps of the interval without an update, since a gradient was no number
 */
public record Progress(
    long step,
    long steps,
    int epoch,
    int epochs,
    double loss,
    double learningRate,
    double samplesPerSecond,
    long bytesSent,
    long bytesReceived,
    double compressionRatio,
    int stalenessMax,
    double residualNorm,
    double density,
    int skippedSteps) {

  /** Of a run whose gradients travel plain. */
  public Progress(
      long step,
      long steps,
      int epoch,
      int epochs,
      double loss,
      double learningRate,
      double samplesPerSecond,
      long bytesSent,
      long bytesReceived,
      double compressionRatio,
      int stalenessMax) {
    this(
        step,
        steps,
        epoch,
        epochs,
        loss,
        learningRate,
        samplesPerSecond,
        bytesSent,
        bytesReceived,
        compressionRatio,
        stalenessMax,
        0,
        1,
        0);
  }
}
