package io.trireme.kernels.codec.tile;

/**
 * One vector loop, called where several others are. The compiler inlines only so many vector
 * operations into one method (some forty), and past that makes an object of each vector; when an
 * encoder's loops were all inlined into it, that depended on the order of compilations. {@link
 * #call} is a call site of more than two receivers, which the compiler leaves a call. For the same
 * reason loops are short, and make their constants before they begin.
 */
@FunctionalInterface
interface Loop {

  /** Runs over n floats; parameters and result are the loop's own. */
  int run(float[] p, float[] e, int[] words, int n, float factor, int bits);

  /** The call site. The loop must come from a field that is not static, or it would be inlined. */
  static int call(Loop loop, float[] p, float[] e, int[] words, int n, float factor, int bits) {
    return loop.run(p, e, words, n, factor, bits);
  }
}
