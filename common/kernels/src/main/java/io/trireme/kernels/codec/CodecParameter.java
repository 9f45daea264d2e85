package io.trireme.kernels.codec;

import io.trireme.common.config.NumberRange;

/**
 * A parameter that a codec knows.
 *
 * @param name the key in the job file
 * @param defaultValue what holds where nothing is said
 * @param range the numbers that are accepted
 */
public record CodecParameter(String name, double defaultValue, NumberRange range) {

  static CodecParameter number(String name, double value, double min, double max) {
    return new CodecParameter(name, value, new NumberRange(min, false, max, false, false));
  }

  static CodecParameter count(String name, int value, int min, int max) {
    return new CodecParameter(name, value, NumberRange.whole(min, max));
  }
}
