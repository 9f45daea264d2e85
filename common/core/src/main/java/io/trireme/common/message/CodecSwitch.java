package io.trireme.common.message;

/**
 * When the codecs change. A step that may have been encoded before the change is encoded in the
 * same way when it is sent again, so that each contribution has the same bits for ever.
 *
 * @param before the codecs of all steps before the first
 * @param now the codecs from then on
 * @param from the first step of the codecs that hold now
 */
public record CodecSwitch(CodecChoice before, CodecChoice now, long from) {

  /** The codecs of a step. */
  public CodecChoice at(long step) {
    return step < from ? before : now;
  }

  /**
   * What holds in the next generation.
   *
   * @param wanted the codecs as soon as may be
   * @param step the generation's first step: it may have been encoded, a later one was not
   */
  public CodecSwitch next(CodecChoice wanted, long step) {
    return wanted.equals(now) && step < from ? this : new CodecSwitch(at(step), wanted, step + 1);
  }
}
