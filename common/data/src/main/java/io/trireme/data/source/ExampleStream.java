package io.trireme.data.source;

import io.trireme.data.schema.ExampleSink;
import java.io.Closeable;
import java.io.IOException;

/** The examples of a part of a source, one after the other. Not for several threads. */
public interface ExampleStream extends Closeable {

  /**
   * Gives the next example, all of its tensors, to a sink.
   *
   * @return false, having given nothing, at the end, where everything has been verified
   * @throws io.trireme.data.BadDataException if an example or what follows the last is bad
   */
  boolean next(ExampleSink sink) throws IOException;

  /** Where the example that was given last stands, such as {@code FILE: record 3 (byte 19)}. */
  String position();
}
