package io.trireme.kernels.codec;

import io.trireme.common.config.NumberRange;

/**
 * A parameter that a codec knows.
 *
 * @param name the key in the job file
 * @param defaultValue what holds where nothing is said
 * @param range the numbers that are accepted
 * @param doc one line on what it does, with its unit
 */
public record CodecParameter(String name, double defaultValue, NumberRange range, String doc) {

  static CodecParameter number(String name, double value, double min, double max, String doc) {
    return new CodecParameter(name, value, new NumberRange(min, false, max, false, false), doc);
  }

  static CodecParameter count(String name, int value, int min, int max, String doc) {
    return new CodecParameter(name, value, NumberRange.whole(min, max), doc);
  }
}
