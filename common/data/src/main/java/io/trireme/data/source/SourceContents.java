package io.trireme.data.source;

import io.trireme.data.schema.ExampleSchema;
import java.util.List;

/**
 * What a source holds.
 *
 * @param identity a line that is equal for sources of the same examples, and for no others: what
 *     goes into the fingerprint of prepared data
 * @param schema the tensors of an example; numbers of categories may be open
 * @param examples how many there are; {@link #UNKNOWN} before they are read
 * @param splits parts that can be read at the same time, in the order of their examples. Cut by the
 *     source alone, so that shards do not depend on the cluster that made them
 */
public record SourceContents(
    String identity, ExampleSchema schema, long examples, List<ExampleSplit> splits) {

  /** A number of examples that is not known before they are read. */
  public static final long UNKNOWN = -1;

  public SourceContents {
    splits = List.copyOf(splits);
  }
}
