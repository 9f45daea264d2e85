package io.trireme.kernels.codec;

import io.trireme.kernels.codec.tile.Memory;
import io.trireme.kernels.codec.tile.TileArithmetic;
import io.trireme.kernels.codec.tile.Tiles;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What encoders with a residual have in common. An encoding is the plain floats, one after the
 * other, and then what the codec makes of the others.
 */
abstract class FeedbackEncoder implements BlockEncoder {

  private final int length;
  private final Runs plain;
  private final int maxEncodedBytes;
  private final List<MutableDirectBuffer> state = new ArrayList<>();

  /** The floats that the codec encodes. */
  final Runs coded;

  /** One float for each float of the block; zero where the block is plain. */
  final UnsafeBuffer residual;

  final TileArithmetic arithmetic = TileArithmetic.create();
  final float[] p = new float[Tiles.SIZE];
  final float[] e = new float[Tiles.SIZE];
  final int[] words = new int[Tiles.SIZE];

  /** Floats of the encoding in progress that are sent; the codec counts its own. */
  int sent;

  private int encodedBytes;
  private double residualNormSquared;
  private final float[] squares = new float[Tiles.SIZE];

  /** With at most this many bytes after the plain floats. */
  FeedbackEncoder(BlockShape shape, int maxCodedBytes) {
    length = shape.length();
    plain = new Runs(shape.plain());
    coded = new Runs(shape.coded());
    maxEncodedBytes = 4 * plain.length() + maxCodedBytes;
    residual = ownState(4 * length);
  }

  /** The number of floats that are not plain. */
  static int codedFloats(BlockShape shape) {
    return shape.coded().stream().mapToInt(FloatRange::length).sum();
  }

  /**
   * Encodes all but the plain floats, updates the residual, and adds its squares.
   *
   * @return the position in {@code out} after the encoding
   */
  abstract int encodeCoded(
      long step, long seed, DirectBuffer floats, int offset, MutableDirectBuffer out, int at);

  /** Memory that is part of the state and is freed with the encoder; zero at first. */
  final UnsafeBuffer ownState(int bytes) {
    UnsafeBuffer buffer =
        new UnsafeBuffer(ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder()));
    state.add(buffer);
    return buffer;
  }

  @Override
  public final int maxEncodedBytes() {
    return maxEncodedBytes;
  }

  @Override
  public final int encode(
      long step,
      long seed,
      DirectBuffer floats,
      int offsetBytes,
      MutableDirectBuffer out,
      int outOffset) {
    floats.boundsCheck(offsetBytes, 4 * length);
    out.boundsCheck(outOffset, maxEncodedBytes);
    for (int from = 0; from < length; from += Tiles.SIZE) {
      int n = Math.min(Tiles.SIZE, length - from);
      Memory.load(floats, offsetBytes + 4 * from, p, 0, n);
      if (!arithmetic.finite(p, n)) {
        return -1 - Finite.firstNonFinite(floats, offsetBytes, length);
      }
    }
    int at = outOffset + plain.gather(floats, offsetBytes, out, outOffset);
    sent = plain.length();
    clearSquares();
    at = encodeCoded(step, seed, floats, offsetBytes, out, at);
    residualNormSquared = sumOfSquares();
    encodedBytes = at - outOffset;
    return encodedBytes;
  }

  /** Loads {@code p = g + e} of a tile, zeros after its last float. */
  final void loadTile(DirectBuffer floats, int offset, int from, int n) {
    coded.load(floats, offset, from, p, n);
    coded.load(residual, 0, from, e, n);
    arithmetic.addSaturated(p, e, n);
    Tiles.pad(p, n);
  }

  /** Forgets the squares that were added up. */
  final void clearSquares() {
    Arrays.fill(squares, 0f);
  }

  /** Adds the squares of a tile. */
  final void addSquares(float[] tile, int n) {
    Tiles.addSquares(tile, squares, n);
  }

  /** The sum of the squares that were added. */
  final double sumOfSquares() {
    double sum = 0;
    for (float each : squares) {
      sum += each;
    }
    return sum;
  }

  /** Stores a tile of the new residual. */
  final void storeResidual(int from, int n) {
    addSquares(e, n);
    coded.store(e, residual, 0, from, n);
  }

  @Override
  public final List<MutableDirectBuffer> state() {
    return List.copyOf(state);
  }

  @Override
  public final boolean absorb(DirectBuffer other, int offsetBytes) {
    other.boundsCheck(offsetBytes, 4 * length);
    for (int from = 0; from < coded.length(); from += Tiles.SIZE) {
      int n = Math.min(Tiles.SIZE, coded.length() - from);
      coded.load(other, offsetBytes, from, p, n);
      coded.load(residual, 0, from, e, n);
      arithmetic.addSaturated(e, p, n);
      coded.store(e, residual, 0, from, n);
    }
    return true;
  }

  @Override
  public final int encodedBytes() {
    return encodedBytes;
  }

  @Override
  public final int sentFloats() {
    return sent;
  }

  @Override
  public final double residualNormSquared() {
    return residualNormSquared;
  }

  @Override
  public final void close() {
    state.forEach(BufferUtil::free);
    state.clear();
  }
}
