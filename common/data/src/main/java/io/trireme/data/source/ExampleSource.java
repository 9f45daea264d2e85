package io.trireme.data.source;

import java.io.IOException;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/** Where the examples of one set come from. */
public interface ExampleSource {

  /**
   * What can be told to be wrong at little cost, before a cluster is asked for: files that are not
   * there. Empty if nothing is.
   */
  List<SourceProblem> check(Configuration configuration);

  /**
   * Looks at all of the source, as far as its identity and its parts need it.
   *
   * @throws io.trireme.data.BadDataException if it cannot be used; the message tells why
   */
  SourceContents contents(Configuration configuration) throws IOException;
}
