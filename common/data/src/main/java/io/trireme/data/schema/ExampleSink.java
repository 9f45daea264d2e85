package io.trireme.data.schema;

/**
 * Takes the tensors of one example, each once and in any order, as the numbers that are stored.
 *
 * <p>A tensor of a fixed shape takes {@link TensorSpec#length()} numbers; a variable one any
 * multiple of {@link TensorSpec#stride()} up to that. Each method throws {@link
 * IllegalArgumentException} for another number of them, or for a tensor of another type.
 */
public interface ExampleSink {

  /** Sets a tensor of {@link ElementType#UINT8}. */
  void bytes(int tensor, byte[] values, int offset, int length);

  /** Sets a tensor of {@link ElementType#INT32}. */
  void ints(int tensor, int[] values, int offset, int length);

  /** Sets a tensor of {@link ElementType#FLOAT32}. */
  void floats(int tensor, float[] values, int offset, int length);
}
