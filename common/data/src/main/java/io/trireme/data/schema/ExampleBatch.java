package io.trireme.data.schema;

import java.util.List;
import org.agrona.MutableDirectBuffer;

/**
 * Room for the examples of one computation: for each tensor of a schema a buffer of {@code
 * capacity} rows of float32 in the platform's byte order, row by row. The buffers belong to the
 * engine that made them: what is written there is what the model computes on.
 *
 * @param schema what the rows are
 * @param capacity the most rows
 * @param buffers one for each tensor of the schema, of {@code capacity * denseLength()} floats
 */
public record ExampleBatch(ExampleSchema schema, int capacity, List<MutableDirectBuffer> buffers) {

  public ExampleBatch {
    buffers = List.copyOf(buffers);
    if (buffers.size() != schema.tensors().size() || capacity < 1) {
      throw new IllegalArgumentException(
          buffers.size() + " buffers for " + schema + ", capacity " + capacity);
    }
  }

  /** The rows of one tensor. */
  public MutableDirectBuffer buffer(int tensor) {
    return buffers.get(tensor);
  }
}
