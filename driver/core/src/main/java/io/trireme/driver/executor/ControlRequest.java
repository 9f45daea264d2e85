package io.trireme.driver.executor;

import io.trireme.common.message.ControlCodec;
import io.trireme.common.message.ExecutorReport;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** What executors ask the driver, as bytes: one byte that says what, then the rest. */
public final class ControlRequest {

  public static final byte REPORT = 1;
  public static final byte SPEC = 2;
  public static final byte BLOCK = 3;

  private ControlRequest() {}

  /** A report; the answer is {@link io.trireme.common.message.Orders}. */
  static byte[] report(ExecutorReport report) {
    byte[] body = ControlCodec.encode(report);
    return ByteBuffer.allocate(1 + body.length).put(REPORT).put(body).array();
  }

  /** For the description of a run; the answer is a {@link io.trireme.common.message.JobSpec}. */
  static byte[] spec(String run) {
    byte[] name = run.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(1 + name.length).put(SPEC).put(name).array();
  }

  /** For the initial parameters of a block; the answer is its floats, little-endian. */
  static byte[] block(String run, int block) {
    byte[] name = run.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(1 + Integer.BYTES + name.length)
        .put(BLOCK)
        .putInt(block)
        .put(name)
        .array();
  }
}
