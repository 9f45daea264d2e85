package io.trireme.cuda.check;

import io.trireme.cuda.CudaDevice;
import io.trireme.cuda.CudaEngine;
import io.trireme.cuda.driver.CudaException;
import io.trireme.cuda.engine.KernelTime;
import io.trireme.cuda.spec.Activation;
import io.trireme.cuda.spec.ChainSpec;
import io.trireme.cuda.spec.Layer;
import io.trireme.cuda.spec.Precision;
import io.trireme.cuda.spec.Shape;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/**
 * The program of {@code deploy/gpu/check.sh}: {@code device}, {@code parity FIXTURES [NETWORK...]},
 * {@code slots}, {@code codecs}, {@code tensor FIXTURES [NETWORK...]}, {@code once [NETWORK
 * EXAMPLES]...}, {@code time EXAMPLES SECONDS [NETWORK...]}, {@code kernels EXAMPLES [NETWORK...]}
 * or {@code survey EXAMPLES [NETWORK...]}. Ends with 1 on any failure.
 */
public final class Check {
  static final int TENSOR_CORES = 80;

  private final PrintStream out;

  private Check(PrintStream out) {
    this.out = out;
  }

  /** Runs one part of the check. */
  public static void main(String[] args) throws IOException {
    Check check = new Check(System.out);
    boolean good;
    try (CudaDevice device = CudaDevice.open(0)) {
      good = check.run(device, args);
    } catch (CudaException e) {
      check.say("FAILED %s", String.valueOf(e.getMessage()));
      good = false;
    }
    System.exit(good ? 0 : 1);
  }

  private void say(String format, Object... values) {
    out.println(String.format(Locale.ROOT, format, values));
  }

  private boolean run(CudaDevice device, String[] args) throws IOException {
    String part = args.length == 0 ? "device" : args[0];
    switch (part) {
      case "device" -> device(device);
      case "parity" -> {
        return parity(device, Path.of(args[1]), names(args, 2));
      }
      case "tensor" -> {
        return tensor(device, Path.of(args[1]), names(args, 2));
      }
      case "once" -> {
        boolean good = Codecs.bits(device, out);
        for (int i = 1; i + 1 < args.length; i += 2) {
          good &= once(device, args[i], Integer.parseInt(args[i + 1]));
        }
        return good;
      }
      case "slots" -> slots(device);
      case "codecs" -> {
        Codecs.time(device, out);
        return Codecs.bits(device, out);
      }
      case "time" -> {
        for (String name : names(args, 3)) {
          Timing.of(device, name, Integer.parseInt(args[1]), Double.parseDouble(args[2]), out);
        }
      }
      case "kernels", "survey" -> {
        for (String name : names(args, 2)) {
          Kernels.of(device, name, Integer.parseInt(args[1]), part.equals("survey"), out);
        }
      }
      default -> throw new IllegalArgumentException("no part " + part);
    }
    return true;
  }

  private static List<String> names(String[] args, int from) {
    return args.length > from ? List.of(args).subList(from, args.length) : Networks.names();
  }

  private void device(CudaDevice device) {
    say(
        "card %s, sm_%d, %d SMs at %d MHz, driver for CUDA %d.%d, %d of %d MiB free",
        device.name(),
        device.computeCapability(),
        device.multiprocessors(),
        device.clockKhz() / 1000,
        device.driverVersion() / 1000,
        device.driverVersion() % 1000 / 10,
        device.freeBytes() >> 20,
        device.totalBytes() >> 20);
  }

  /** Sums of slots by the card's memory bandwidth, over vectors that no cache holds. */
  private void slots(CudaDevice device) {
    int side = 8192;
    ChainSpec spec =
        ChainSpec.builder("wide", Shape.vector(side))
            .add("dense", new Layer.Dense(side, 0, Layer.NONE, Activation.IDENTITY))
            .add("loss", new Layer.Loss(Layer.LossKind.SQUARED, 0))
            .build((long) side * side);
    try (CudaEngine engine = CudaEngine.open(device, spec, 1)) {
      for (KernelTime time : engine.profileSlots(2, 20)) {
        double bytes = (time.name().equals("copy") ? 8.0 : 12.0) * spec.parameters();
        say(
            "slots: %s of %d values %.3f ms, %.0f GB/s",
            time.name(), spec.parameters(), time.milliseconds(), bytes / time.milliseconds() / 1e6);
      }
    }
  }

  /** A gradient of each precision, for tools that watch a card. */
  private boolean once(CudaDevice device, String name, int examples) {
    boolean good = true;
    for (Precision precision : Precision.values()) {
      if (precision != Precision.EXACT && device.computeCapability() < TENSOR_CORES) {
        continue;
      }
      try (CudaEngine engine = engine(device, name, examples, precision)) {
        double loss = engine.compute(examples, 0, 0, 1);
        engine.infer(examples);
        good &= !Double.isNaN(loss);
        say("%-7s batch %d, %s: loss %.5f", name, examples, precision, loss);
      }
    }
    return good;
  }

  /**
   * The distance of tensor cores' gradients. Rounding sends values near zero of ReLU the other way,
   * most in the resnet: 0.09 and 0.25 on the stand-in. A wrong product is off by 1 or more.
   */
  private boolean tensor(CudaDevice device, Path fixtures, List<String> names) throws IOException {
    if (device.computeCapability() < TENSOR_CORES) {
      say("no tensor cores for TF32 and bf16 here");
      return true;
    }
    boolean good = true;
    for (String name : names) {
      Fixture fixture = Fixture.read(fixtures.resolve(name + ".bin"));
      good &= tensor(device, name, fixture, Precision.TF32, 0.25);
      good &= tensor(device, name, fixture, Precision.BF16, 0.6);
    }
    return good;
  }

  private boolean tensor(
      CudaDevice device, String name, Fixture fixture, Precision precision, double bound) {
    int examples = fixture.minibatch().examples();
    try (CudaEngine engine = engine(device, name, examples, precision)) {
      double loss = engine.compute(examples, 0, 0, 1);
      String bits = sha256(engine.gradient());
      double distance = fixture.distance(engine.gradient());
      boolean repeats = true;
      for (int i = 0; i < 20; i++) {
        engine.compute(examples, 0, 0, 1);
        repeats &= sha256(engine.gradient()).equals(bits);
      }
      boolean good = distance < bound && repeats;
      say(
          "%-7s batch %d, %s: %s, off double precision by %.1e, loss %.5f (%.5f), repeats equal:"
              + " %b",
          name,
          examples,
          precision,
          good ? "ok" : "FAILED",
          distance,
          loss,
          fixture.minibatch().loss(),
          repeats);
      return good;
    } catch (CudaException e) {
      say("%-7s %s FAILED %s", name, precision, String.valueOf(e.getMessage()));
      return false;
    }
  }

  private boolean parity(CudaDevice device, Path fixtures, List<String> names) throws IOException {
    boolean good = true;
    for (String name : names) {
      Path file = fixtures.resolve(name + ".bin");
      if (!Files.exists(file)) {
        say("%-7s no fixture", name);
        good = false;
        continue;
      }
      good &= parity(device, name, Fixture.read(file));
    }
    return good;
  }

  private boolean parity(CudaDevice device, String name, Fixture fixture) {
    long before = System.nanoTime();
    try (CudaEngine engine = engine(device, name, fixture.minibatch().examples())) {
      double opened = (System.nanoTime() - before) / 1e6;
      double loss = engine.compute(fixture.minibatch().examples(), 0, 0, 1);
      String bits = sha256(engine.gradient());
      double distance = fixture.distance(engine.gradient());
      boolean repeats = true;
      for (int i = 0; i < 20; i++) {
        engine.compute(fixture.minibatch().examples(), 0, 0, 1);
        repeats &= sha256(engine.gradient()).equals(bits);
      }
      double expected = fixture.minibatch().loss();
      boolean close = Math.abs(loss - expected) < 1e-4 * expected;
      boolean good = distance < Fixture.ROUNDING && close && repeats;
      say(
          "%-7s batch %d: %s, off double precision by %.1e%s, loss %.5f (%.5f),"
              + " bits of the stand-in: %s, repeats equal: %b, opened in %.0f ms, sha %s",
          name,
          fixture.minibatch().examples(),
          good ? "ok" : "FAILED",
          distance,
          Double.isNaN(fixture.reference())
              ? ""
              : String.format(Locale.ROOT, " (DL4J's float %.1e)", fixture.reference()),
          loss,
          expected,
          fixture.bits().isBlank() ? "unknown" : bits.equals(fixture.bits()) ? "yes" : "NO",
          repeats,
          opened,
          bits.substring(0, 12));
      return good;
    } catch (CudaException e) {
      say("%-7s FAILED %s", name, String.valueOf(e.getMessage()));
      return false;
    }
  }

  /** An exact engine with the known minibatch and parameters. */
  static CudaEngine engine(CudaDevice device, String name, int examples) {
    return engine(device, name, examples, Precision.EXACT);
  }

  /** An engine with the known minibatch and parameters. */
  static CudaEngine engine(CudaDevice device, String name, int examples, Precision precision) {
    ChainSpec spec = Networks.of(name);
    CudaEngine engine = CudaEngine.open(device, spec, examples, precision);
    Numbers.features(engine.features(), spec, examples);
    Numbers.labels(engine.labels(), spec, examples);
    Numbers.parameters(engine.parameters(), spec);
    return engine;
  }

  /** The hash of a buffer's bytes. */
  static String sha256(ByteBuffer bytes) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(bytes.duplicate());
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
