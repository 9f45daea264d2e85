package io.trireme.cuda.engine;

import io.trireme.cuda.driver.CudaException;
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

  /** The text. */
  public static byte[] bytes() {
    String file = System.getProperty(FILE);
    try {
      if (file != null) {
        return Files.readAllBytes(Path.of(file));
      }
      try (InputStream in = KernelText.class.getResourceAsStream("/io/trireme/cuda/kernels.ptx")) {
        if (in == null) {
          throw new CudaException(0, "The jar holds no kernels.ptx: build it anew");
        }
        return in.readAllBytes();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The text's SHA-256, which is part of what decides the bits of a gradient. */
  public static String sha256() {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
