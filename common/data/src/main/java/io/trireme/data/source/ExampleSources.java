package io.trireme.data.source;

import io.trireme.data.BadDataException;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;

/** The formats that are there. */
public final class ExampleSources {
  private ExampleSources() {}

  /**
   * All providers, by the names of their formats, that the thread's class loader sees; or this
   * class's own, where the thread's sees none.
   */
  public static List<ExampleSourceProvider> all() {
    Class<ExampleSourceProvider> type = ExampleSourceProvider.class;
    List<ExampleSourceProvider> seen = list(ServiceLoader.load(type));
    return seen.isEmpty() ? list(ServiceLoader.load(type, type.getClassLoader())) : seen;
  }

  private static List<ExampleSourceProvider> list(ServiceLoader<ExampleSourceProvider> loader) {
    return loader.stream()
        .map(ServiceLoader.Provider::get)
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
