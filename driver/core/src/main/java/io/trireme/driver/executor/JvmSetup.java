package io.trireme.driver.executor;

import java.lang.invoke.MethodHandles;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Optional;

/**
 * What a JVM that was not started for Trireme lacks, made good where that is possible: the package
 * of {@code java.base} that Agrona needs beside those that Spark's own defaults open, and DL4J's
 * switch for oneDNN.
 */
public final class JvmSetup {

  private static final String NEEDED = "jdk.internal.misc";

  /** DL4J reads it whenever it makes a layer, and takes its absence for true. */
  private static final String HELPERS_DISABLED = "org.eclipse.deeplearning4j.helpers.disable";

  private JvmSetup() {}

  /**
   * Sets up this process, unless it is. To be called before the first class of Agrona or Aeron is
   * used. What is closed can be opened where {@code java.lang} is open, as Spark's defaults have
   * it.
   *
   * @return what could not be opened and why; empty if all is well
   */
  public static Optional<String> ensure() {
    if (System.getProperty(HELPERS_DISABLED) == null) {
      System.setProperty(HELPERS_DISABLED, "false");
    }
    Module base = Object.class.getModule();
    if (base.isOpen(NEEDED, MethodHandles.lookup().lookupClass().getModule())) {
      return Optional.empty();
    }
    try {
      Method open = Module.class.getDeclaredMethod("implAddOpensToAllUnnamed", String.class);
      open.setAccessible(true);
      open.invoke(base, NEEDED);
      return Optional.empty();
    } catch (NoSuchMethodException
        | IllegalAccessException
        | InvocationTargetException
        | RuntimeException e) {
      return Optional.of("java.base/" + NEEDED + " is closed to Trireme (" + e.getMessage() + ")");
    }
  }

  /** Whether codecs run in their fast form, which needs a module that cannot be had later. */
  public static boolean hasVectorApi() {
    return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
  }
}
