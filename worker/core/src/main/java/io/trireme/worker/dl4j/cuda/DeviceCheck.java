package io.trireme.worker.dl4j.cuda;

import com.sun.jna.Native;
import io.trireme.cuda.CudaDevice;
import io.trireme.cuda.driver.CudaException;
import io.trireme.cuda.spec.Precision;
import io.trireme.worker.engine.EngineFinding;
import java.util.ArrayList;
import java.util.List;

/** Looks at a process's card before a run needs it. */
final class DeviceCheck {
  private static final String WHAT = "GPU";

  /** CUDA 11.0 is the first whose driver reads PTX 7.0, which the kernels are written in. */
  private static final int OLDEST_DRIVER = 11_000;

  /** The first cards whose tensor cores multiply TF32 and bf16. */
  private static final int TENSOR_CAPABILITY = 80;

  private static final int JNA_MAJOR = 5;

  private DeviceCheck() {}

  /** What keeps a card from computing, or makes it slow. */
  static List<EngineFinding> look(int ordinal, Precision precision) {
    List<EngineFinding> findings = new ArrayList<>();
    checkJna(findings);
    if (!findings.isEmpty()) {
      return findings;
    }
    try (CudaDevice card = CudaDevice.open(ordinal)) {
      checkCard(card, precision, findings);
    } catch (CudaException e) {
      findings.add(
          new EngineFinding(
              WHAT + " " + ordinal,
              String.valueOf(e.getMessage()),
              "see that nvidia-smi lists a card there and that containers are given it, or set"
                  + " engine: cpu",
              true));
    }
    return findings;
  }

  /** The name of a card; what is wrong with it where it cannot be opened. */
  static String card(int ordinal) {
    try (CudaDevice card = CudaDevice.open(ordinal)) {
      return card.name();
    } catch (CudaException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private static void checkCard(
      CudaDevice card, Precision precision, List<EngineFinding> findings) {
    int version = card.driverVersion();
    if (version < OLDEST_DRIVER) {
      findings.add(
          new EngineFinding(
              "driver of " + card.name(),
              "is for CUDA " + version / 1000 + "." + version % 1000 / 10,
              "install a driver for CUDA 11.0 or newer (450.36 or newer)",
              true));
    }
    if (precision != Precision.EXACT && card.computeCapability() < TENSOR_CAPABILITY) {
      findings.add(
          new EngineFinding(
              card.name(),
              "has compute capability "
                  + card.computeCapability() / 10
                  + "."
                  + card.computeCapability() % 10
                  + ", and no tensor cores for "
                  + precision,
              "set math: exact, or use cards of compute capability 8.0 or more",
              true));
    }
    if (card.freeBytes() < card.totalBytes() / 4) {
      findings.add(
          new EngineFinding(
              "memory of " + card.name(),
              (card.freeBytes() >> 20) + " MiB of " + (card.totalBytes() >> 20) + " are free",
              "end what else uses the card; nvidia-smi lists it",
              false));
    }
  }

  /** An old JNA that comes first on the class path fails later, and with no word. */
  private static void checkJna(List<EngineFinding> findings) {
    String version = Native.class.getPackage().getImplementationVersion();
    if (version == null) {
      return;
    }
    int major = Integer.parseInt(version.substring(0, Math.max(1, version.indexOf('.'))));
    if (major < JNA_MAJOR) {
      findings.add(
          new EngineFinding(
              "JNA",
              version + " is first on the class path, but the GPU's driver needs 5 or newer",
              "replace jna-*.jar of SPARK_HOME/jars by the one of the distribution's lib folder",
              true));
    }
  }
}
