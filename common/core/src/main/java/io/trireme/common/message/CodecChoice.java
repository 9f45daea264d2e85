package io.trireme.common.message;

import io.trireme.common.config.CodecConfig;

/**
 * The codecs of both directions.
 *
 * @param push the codec of gradients
 * @param pull the codec of the parameters' changes
 */
public record CodecChoice(CodecConfig push, CodecConfig pull) {

  /** Everything travels plain. */
  public static final CodecChoice PLAIN = new CodecChoice(CodecConfig.NONE, CodecConfig.NONE);

  /** Both names, such as {@code int8/none}. */
  public String name() {
    return push.codec() + "/" + pull.codec();
  }
}
