package io.trireme.data.source;

import io.trireme.common.service.Providers;
import io.trireme.data.BadDataException;
import java.util.Comparator;
import java.util.List;

/** The formats that are there. */
public final class ExampleSources {
  private ExampleSources() {}

  /** All providers, by the names of their formats. */
  public static List<ExampleSourceProvider> all() {
    return Providers.of(ExampleSourceProvider.class).stream()
        .sorted(Comparator.comparing(ExampleSourceProvider::format))
        .toList();
  }

  /**
   * The provider of a format.
   *
   * @throws BadDataException if there is none
   */
  public static ExampleSourceProvider of(String format) {
    List<ExampleSourceProvider> all = all();
    return all.stream()
        .filter(provider -> provider.format().equals(format))
        .findFirst()
        .orElseThrow(
            () ->
                new BadDataException(
                    "data.format: expected one of "
                        + String.join(
                            ", ", all.stream().map(ExampleSourceProvider::format).toList())
                        + ", seen "
                        + format));
  }
}
