package io.trireme.common.config;

import org.jspecify.annotations.Nullable;

/**
 * The data sets.
 *
 * @param format {@code idx}: files as of MNIST, gzip or plain; {@code digits}: drawn by a seeded
 *     generator, no files
 * @param train the training set
 * @param test the test set
 * @param shards folder of the prepared shards; by default {@code data} under the output folder
 */
public record DataConfig(
    String format, SourceConfig train, SourceConfig test, @Nullable String shards) {

  /**
   * One source; {@code images} and {@code labels} for {@code idx}, {@code examples} for {@code
   * digits}.
   *
   * @param images path or URI of the IDX file of images
   * @param labels path or URI of the IDX file of labels
   * @param examples number of examples to draw
   */
  public record SourceConfig(
      @Nullable String images, @Nullable String labels, @Nullable Integer examples) {}
}
