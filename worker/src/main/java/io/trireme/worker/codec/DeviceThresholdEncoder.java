package io.trireme.worker.codec;

import io.trireme.common.codec.AdaptiveTau;
import io.trireme.common.codec.BlockShape;
import io.trireme.common.codec.CodecSpec;
import io.trireme.common.codec.Finite;
import io.trireme.common.codec.FloatRange;
import io.trireme.common.codec.ThresholdMessage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.indexing.conditions.Conditions;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * {@code threshold} by ND4J's {@code encode_threshold}, which finds the floats that reach tau and
 * leaves in its input what is not sent. It sends nothing if only one float reaches tau; that one
 * waits for company in the residual.
 */
public final class DeviceThresholdEncoder implements DeviceEncoder {

  private static final int MIN_SAMPLE = 4096;

  /** What {@code encode_threshold} writes before the indices; the first is their number. */
  private static final int HEADER = 4;

  private final BlockShape shape;
  private final AdaptiveTau adaptive;
  private final ThresholdMessage message;
  private final INDArray residual;
  private final UnsafeBuffer plain;
  private UnsafeBuffer hits = new UnsafeBuffer(ByteBuffer.allocateDirect(1024));
  private float tau;
  private int sent;

  /** For one block. */
  public DeviceThresholdEncoder(CodecSpec.Threshold codec, BlockShape shape) {
    this.shape = shape;
    adaptive = codec.adaptiveTau();
    message = new ThresholdMessage(shape);
    residual = Nd4j.zeros(DataType.FLOAT, shape.length());
    plain = new UnsafeBuffer(ByteBuffer.allocateDirect(4 * shape.length()));
  }

  @Override
  public int maxEncodedBytes() {
    return message.maxBytes();
  }

  @Override
  public int encode(
      long step, long seed, INDArray gradient, MutableDirectBuffer out, int outOffset) {
    if (gradient.length() != shape.length() || gradient.dataType() != DataType.FLOAT) {
      throw new IllegalArgumentException(
          "gradient of "
              + gradient.length()
              + " values of type "
              + gradient.dataType()
              + ": expected "
              + shape.length()
              + " of type FLOAT, the block's");
    }
    INDArray vector = gradient.reshape(shape.length());
    if (vector.scan(Conditions.notFinite()).intValue() > 0) {
      return -1 - firstNonFinite(vector);
    }
    residual.addi(vector);
    takePlain();
    if (tau == 0) {
      tau = adaptive.first(adaptive.given() ? 0 : sampled());
    }
    int count = tau == 0 ? 0 : takeHits();
    int bytes = message.write(tau, plain, 0, hits, 0, count, out, outOffset);
    sent = shape.length() - message.codedFloats() + count;
    tau = adaptive.next(tau, count, message.codedFloats(), count == 0 && residualIsZero());
    return bytes;
  }

  private static int firstNonFinite(INDArray vector) {
    float[] values = vector.toFloatVector();
    UnsafeBuffer host = new UnsafeBuffer(ByteBuffer.allocateDirect(4 * values.length));
    for (int i = 0; i < values.length; i++) {
      host.putFloat(4 * i, values[i]);
    }
    return Finite.firstNonFinite(host, 0, values.length);
  }

  /** Moves the plain floats to the host. */
  private void takePlain() {
    for (FloatRange range : shape.plain()) {
      INDArray view = residual.get(NDArrayIndex.interval(range.from(), range.to()));
      float[] values = view.toFloatVector();
      for (int i = 0; i < values.length; i++) {
        plain.putFloat(4 * (range.from() + i), values[i], ByteOrder.LITTLE_ENDIAN);
      }
      view.assign(0);
    }
  }

  /** Takes tau from what reaches it, and brings the indices to the host. */
  private int takeHits() {
    INDArray encoded =
        Nd4j.getExecutioner().thresholdEncode(residual, tau, Integer.valueOf(shape.length()));
    if (encoded == null) {
      return 0;
    }
    int[] values = encoded.toIntVector();
    encoded.close();
    int count = values[0];
    if (hits.capacity() < 4 * count) {
      hits = new UnsafeBuffer(ByteBuffer.allocateDirect(8 * count));
    }
    for (int i = 0; i < count; i++) {
      hits.putInt(4 * i, values[HEADER + i], ByteOrder.LITTLE_ENDIAN);
    }
    return count;
  }

  /** The magnitude that the first tau's share of a sample reaches. */
  private float sampled() {
    int stride = Math.max(1, shape.length() / Math.max(MIN_SAMPLE, shape.length() / 100));
    INDArray sample = residual.get(NDArrayIndex.interval(0, stride, shape.length()));
    INDArray sorted = Nd4j.sort(Transforms.abs(sample.dup(), false), false);
    long rank = Math.max(0, Math.round(adaptive.firstDensity() * sorted.length()) - 1);
    return sorted.getFloat(rank);
  }

  private boolean residualIsZero() {
    return residual.amaxNumber().floatValue() == 0;
  }

  @Override
  public INDArray residual() {
    return residual;
  }

  @Override
  public double[] scalars() {
    return new double[] {tau};
  }

  @Override
  public void restore(INDArray saved, double[] scalars) {
    residual.assign(saved);
    tau = (float) scalars[0];
  }

  @Override
  public void absorb(INDArray other) {
    residual.addi(other);
  }

  @Override
  public int sentFloats() {
    return sent;
  }

  @Override
  public double residualNormSquared() {
    double norm = residual.norm2Number().doubleValue();
    return norm * norm;
  }

  @Override
  public void close() {
    residual.close();
  }
}
