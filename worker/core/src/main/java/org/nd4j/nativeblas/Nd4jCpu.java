package org.nd4j.nativeblas;

/**
 * Stands where DL4J 1.0.0-M2.1 looks for ND4J's CPU bindings, by reflection, to ask whether oneDNN
 * may be used. The bindings have moved to {@code org.nd4j.linalg.cpu.nativecpu.bindings}, so DL4J's
 * check fails and convolutions silently go through im2col, four times slower.
 */
public final class Nd4jCpu {
  private Nd4jCpu() {}

  /** What DL4J asks. */
  public static final class Environment {
    private static final String MOVED_TO =
        "org.nd4j.linalg.cpu.nativecpu.bindings.Nd4jCpu$Environment";
    private static final Environment INSTANCE = new Environment();

    private Environment() {}

    /** The one instance; found by DL4J by reflection. */
    public static Environment getInstance() {
      return INSTANCE;
    }

    /**
     * Whether ND4J's native library was built with oneDNN and has it switched on.
     *
     * @throws ReflectiveOperationException if the bindings have moved again
     */
    public boolean isUseMKLDNN() throws ReflectiveOperationException {
      Class<?> bindings = Class.forName(MOVED_TO);
      Object environment = bindings.getMethod("getInstance").invoke(null);
      return (boolean) bindings.getMethod("isUseONEDNN").invoke(environment);
    }
  }
}
