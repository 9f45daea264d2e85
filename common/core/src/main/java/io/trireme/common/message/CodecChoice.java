package io.trireme.common.message;

import io.trireme.common.config.CodecConfig;

/**
 * The codecs of both directions.
 *
 * @param way the codec of gradients
 * @param back the codec of the parameters' changes
 */
public record CodecChoice(CodecConfig way, CodecConfig back) {

  /** Everything travels plain. */
  public static final CodecChoice PLAIN = new CodecChoice(CodecConfig.NONE, CodecConfig.NONE);

  /** Both names, such as {@code int8/none}. */
  public String name() {
    return way.codec() + "/" + back.codec();
  }
}
