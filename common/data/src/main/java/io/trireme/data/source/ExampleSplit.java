package io.trireme.data.source;

import java.io.IOException;
import java.io.Serializable;
import org.apache.hadoop.conf.Configuration;

/** A part of a source, which another process may read. Immutable. */
public interface ExampleSplit extends Serializable {

  /**
   * Begins to read it.
   *
   * @throws io.trireme.data.BadDataException if it cannot be used
   */
  ExampleStream open(Configuration configuration) throws IOException;
}
