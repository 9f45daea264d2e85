package io.trireme.common.breach;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.Reader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.text.NumberFormat;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Locale;

/** Takes locale, zone or charset from the machine, but for the last. */
@SuppressWarnings({"DefaultCharset", "DefaultLocale", "JavaTimeDefaultTimeZone"})
public final class MachineDecides {
  private MachineDecides() {}

  static String formatted(int number) {
    return "%d".formatted(number);
  }

  static String format(int number) {
    return String.format("%d", number);
  }

  static String lowered(String text) {
    return text.toLowerCase();
  }

  static void printed(PrintStream out) {
    out.printf("%d", 1);
  }

  static byte[] bytes(String text) {
    return text.getBytes();
  }

  static String text(byte[] bytes) {
    return new String(bytes);
  }

  static String collected(ByteArrayOutputStream bytes) {
    return bytes.toString();
  }

  static Reader reader(InputStream in) {
    return new InputStreamReader(in);
  }

  static PrintStream stream(OutputStream out) {
    return new PrintStream(out);
  }

  static Charset charset() {
    return Charset.defaultCharset();
  }

  static LocalDate today() {
    return LocalDate.now();
  }

  static ZoneId zone() {
    return ZoneId.systemDefault();
  }

  static String number(double value) {
    return NumberFormat.getInstance().format(value);
  }

  static String right(InputStream in, byte[] bytes, PrintStream out) {
    Reader reader = new InputStreamReader(in, StandardCharsets.UTF_8);
    out.printf(Locale.ROOT, "%s", reader);
    return new String(bytes, StandardCharsets.UTF_8).toLowerCase(Locale.ROOT);
  }
}
