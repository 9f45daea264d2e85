package io.trireme.data.shard;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What writer and reader of a shard agree on.
 *
 * <p>A shard is a file of Arrow's IPC format with one uncompressed record batch. Column {@value
 * #IMAGE} is a FixedSizeBinary of height * width * channels bytes, one unsigned byte a value, plane
 * by plane, row by row; column {@value #LABEL} is a UInt8. Neither holds nulls, so the pixels of a
 * shard are one contiguous range of the file, and so are the labels. The schema's metadata says
 * {@value #HEIGHT}, {@value #WIDTH} and {@value #CHANNELS} in decimal.
 */
final class ShardFormat {
  static final String IMAGE = "image";
  static final String LABEL = "label";
  static final String HEIGHT = "height";
  static final String WIDTH = "width";
  static final String CHANNELS = "channels";

  /** Buffers of the record batch: validity and values of each column. */
  static final int BUFFERS = 4;

  static final int IMAGE_VALUES = 1;
  static final int LABEL_VALUES = 3;

  static final int LABEL_BITS = 8;

  private ShardFormat() {}

  /** The schema's metadata, in one order, so that equal shards have equal bytes. */
  static Map<String, String> metadata(int height, int width, int channels) {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put(HEIGHT, Integer.toString(height));
    metadata.put(WIDTH, Integer.toString(width));
    metadata.put(CHANNELS, Integer.toString(channels));
    return metadata;
  }
}
