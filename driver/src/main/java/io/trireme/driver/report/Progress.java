package io.trireme.driver.report;

/**
 * How training stands at the end of an interval of one or more steps.
 *
 * @param step steps done since the start of the job
 * @param steps steps that the whole job has
 * @param epoch epoch, from 1, that the last step belongs to
 * @param epochs epochs that the whole job has
 * @param loss mean loss of an example over the interval
 * @param learningRate rate of the last step; NaN where the updater has none
 * @param samplesPerSecond examples trained a second over the interval, by all workers together
 * @param bytesSent bytes that the workers sent to servers over the interval, encoded
 * @param bytesReceived bytes that the workers received from servers over the interval, encoded
 * @param compressionRatio bytes before encoding by bytes after, of what was sent; 1 for none
 * @param stalenessMax the most steps by which a gradient was older than the parameters that it
 *     changed; 0 under {@code bsp}
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
    int stalenessMax) {}
