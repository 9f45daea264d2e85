package io.trireme.common.service;

import java.util.List;
import java.util.ServiceLoader;

/** What {@code META-INF/services} names. */
public final class Providers {
  private Providers() {}

  /**
   * All providers that the thread's class loader sees, or the interface's own where it sees none.
   */
  public static <T> List<T> of(Class<T> type) {
    List<T> seen = list(ServiceLoader.load(type));
    return seen.isEmpty() ? list(ServiceLoader.load(type, type.getClassLoader())) : seen;
  }

  private static <T> List<T> list(ServiceLoader<T> loader) {
    return loader.stream().map(ServiceLoader.Provider::get).toList();
  }
}
