package io.trireme.cuda.engine;

import io.trireme.cuda.driver.CudaException;
import io.trireme.cuda.spec.Precision;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The kernels' PTX text: the one in the jar, or the file that a property names. */
public final class KernelText {
  /** Property with a file of PTX or machine code in place of the jar's text, for experiments. */
  public static final String FILE = "trireme.cuda.kernels";

  private KernelText() {}

  /** The text of every kernel that needs no tensor cores. */
  public static byte[] bytes() {
    String file = System.getProperty(FILE);
    try {
      return file != null ? Files.readAllBytes(Path.of(file)) : resource("kernels.ptx");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The text of the products by tensor cores. */
  public static byte[] tensor() {
    try {
      return resource("tensor.ptx");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = KernelText.class.getResourceAsStream("/io/trireme/cuda/" + name)) {
      if (in == null) {
        throw new CudaException(0, "The jar holds no " + name + ": build it anew");
      }
      return in.readAllBytes();
    }
  }

  /** The SHA-256 of the texts in use, which is part of what decides the bits of a gradient. */
  public static String sha256(Precision precision) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(bytes());
      if (precision != Precision.EXACT) {
        digest.update(tensor());
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
