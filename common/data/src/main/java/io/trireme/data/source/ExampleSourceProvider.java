package io.trireme.data.source;

import java.util.List;

/**
 * A format of data, found by {@link java.util.ServiceLoader}: a new one is a class that implements
 * this, and its name in {@code META-INF/services}.
 */
public interface ExampleSourceProvider {

  /** What {@code data.format} of a job file calls it. */
  String format();

  /** The keys of {@code data.train} and {@code data.test} with this format. */
  List<SourceKey> keys();

  /**
   * The source that a job describes; opens nothing.
   *
   * @throws io.trireme.data.BadDataException if an option is missing or wrong
   */
  ExampleSource source(SourceRequest request);
}
