package io.trireme.kernels.codec;

import io.trireme.kernels.codec.tile.Memory;
import io.trireme.kernels.codec.tile.TileRandom;
import io.trireme.kernels.codec.tile.Tiles;
import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * For each matrix M of p: P = M Q with the Q of the step before, P orthonormalised, Q = M^T P; P
 * and Q are sent, column by column. The residual is M less P Q^T as the decoder computes it,
 * rounded to a float. Matrices with floats beyond 2^100, or with none beyond 2^-100, are sent as
 * zeros.
 */
final class PowerSgdEncoder extends FeedbackEncoder {

  private static final float GREATEST = 0x1p100f;
  private static final double NEGLIGIBLE = 1e-6;

  private final BlockShape shape;
  private final int rank;
  private final float[] left;
  private final float[] right;

  /** Q of all matrices, one after the other. */
  private final UnsafeBuffer bases;

  PowerSgdEncoder(BlockShape shape, int rank) {
    super(shape, LowRank.bytes(shape, rank));
    this.shape = shape;
    this.rank = rank;
    left = new float[LowRank.maxLeft(shape, rank)];
    right = new float[LowRank.maxRight(shape, rank)];
    int floats = shape.matrices().stream().mapToInt(p -> LowRank.rank(p, rank) * p.columns()).sum();
    bases = ownState(4 * floats);
  }

  @Override
  int encodeCoded(
      long step, long seed, DirectBuffer floats, int offset, MutableDirectBuffer out, int at) {
    float max = 0;
    for (int from = 0; from < coded.length(); from += Tiles.SIZE) {
      int n = Math.min(Tiles.SIZE, coded.length() - from);
      loadTile(floats, offset, from, n);
      max = Math.max(max, arithmetic.max(p, n));
      coded.store(p, residual, 0, from, n);
    }
    boolean sendable = max >= Tiles.MIN_SCALE && max <= GREATEST;
    int basis = 0;
    for (int index = 0; index < shape.matrices().size(); index++) {
      MatrixPart part = shape.matrices().get(index);
      int columns = LowRank.rank(part, rank);
      int rightFloats = columns * part.columns();
      int leftFloats = columns * part.rows();
      if (sendable) {
        Memory.load(bases, basis, right, 0, rightFloats);
        factorise(part, columns, index);
        Memory.store(right, 0, bases, basis, rightFloats);
        sent += part.range().length();
      } else {
        Arrays.fill(left, 0, leftFloats, 0f);
        Arrays.fill(right, 0, rightFloats, 0f);
      }
      subtract(part, columns);
      Memory.store(left, 0, out, at, leftFloats);
      Memory.store(right, 0, out, at + 4 * leftFloats, rightFloats);
      at += 4 * (leftFloats + rightFloats);
      basis += 4 * rightFloats;
    }
    return at;
  }

  private void factorise(MatrixPart part, int columns, int index) {
    int width = part.columns();
    for (int k = 0; k < columns; k++) {
      normalise(right, k * width, width, index * 64L + k);
    }
    Arrays.fill(left, 0, columns * part.rows(), 0f);
    for (int row = 0; row < part.rows(); row++) {
      for (int column = 0, n; (n = load(part, row, column)) > 0; column += n) {
        for (int k = 0; k < columns; k++) {
          left[k * part.rows() + row] += Tiles.dot(p, right, k * width + column, e, n);
        }
      }
    }
    Orthonormal.columns(left, part.rows(), columns, NEGLIGIBLE);
    Arrays.fill(right, 0, columns * width, 0f);
    for (int row = 0; row < part.rows(); row++) {
      for (int column = 0, n; (n = load(part, row, column)) > 0; column += n) {
        for (int k = 0; k < columns; k++) {
          Tiles.addMultiple(p, left[k * part.rows() + row], right, k * width + column, n);
        }
      }
    }
  }

  /** To length one; random where there is nothing, as in the first step. */
  private void normalise(float[] basis, int at, int n, long key) {
    double norm = Orthonormal.norm(basis, at, n);
    if (norm < Tiles.MIN_SCALE) {
      for (int from = 0; from < n; from += Tiles.SIZE) {
        int count = Math.min(Tiles.SIZE, n - from);
        TileRandom.fill(words, count, TileRandom.key(key, from));
        for (int i = 0; i < count; i++) {
          basis[at + from + i] = words[i];
        }
      }
      norm = Orthonormal.norm(basis, at, n);
    }
    for (int i = at; i < at + n; i++) {
      basis[i] = (float) (basis[i] / norm);
    }
  }

  /** Loads floats of a line into {@link #p}; returns how many, 0 at its end. */
  private int load(MatrixPart part, int row, int column) {
    int n = floatsAt(part, row, column);
    if (n > 0) {
      Memory.load(residual, 4 * (part.range().from() + row * part.columns() + column), p, 0, n);
    }
    return n;
  }

  static int floatsAt(MatrixPart part, int row, int column) {
    int left = part.range().length() - row * part.columns() - column;
    return Math.max(0, Math.min(Tiles.SIZE, Math.min(left, part.columns() - column)));
  }

  private void subtract(MatrixPart part, int columns) {
    for (int row = 0; row < part.rows(); row++) {
      for (int column = 0, n; (n = load(part, row, column)) > 0; column += n) {
        LowRank.product(part, columns, left, right, row, column, e, n);
        Tiles.subtract(p, e, e, n);
        addSquares(e, n);
        int at = 4 * (part.range().from() + row * part.columns() + column);
        Memory.store(e, 0, residual, at, n);
      }
    }
  }
}
