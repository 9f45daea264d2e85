package io.trireme.kernels.codec.tile;

import static io.trireme.kernels.codec.tile.Lanes.FLOATS;
import static io.trireme.kernels.codec.tile.Lanes.LANES;

import jdk.incubator.vector.FloatVector;

/**
 * A rotation in which every float becomes a sum of all, with signs, after a fixed random change of
 * signs; in place, orthonormal up to rounding. For one thread.
 */
public class RotationKernel {

  /** Floats in a row of a tile, where it is seen as a square. */
  private static final int ROW = 32;

  private static final float[] SIGNS = signs();

  private final float[] row = new float[ROW];

  /** Loops over arrays. */
  RotationKernel() {}

  /** The fastest form that this process can run. */
  public static RotationKernel create() {
    return Tiles.hasVectors() ? new Vector() : new RotationKernel();
  }

  private static float[] signs() {
    int[] random = new int[Tiles.SIZE];
    TileRandom.fill(random, Tiles.SIZE, 0x746863);
    float[] signs = new float[Tiles.SIZE];
    for (int i = 0; i < Tiles.SIZE; i++) {
      signs[i] = random[i] < 0 ? -1f : 1f;
    }
    return signs;
  }

  /**
   * Rotates.
   *
   * @param n a power of two, at most {@link Tiles#SIZE}
   */
  public final void rotate(float[] x, int n) {
    Tiles.multiply(x, SIGNS, n);
    hadamard(x, n, 1);
  }

  /** The reverse of {@link #rotate}. */
  public final void rotateBack(float[] x, int n) {
    hadamard(x, n, ROW - 1);
    Tiles.multiply(x, SIGNS, n);
  }

  /**
   * A tile of full size is 32 rows. Adding up rows (a Hadamard transformation of each column),
   * shifting row r by r places, and adding up rows once more brings every float of the tile into
   * every result once, and takes no steps across a register.
   */
  private void hadamard(float[] x, int n, int shift) {
    if (n < Tiles.SIZE) {
      butterflies(x, 1, n);
      Tiles.scale(x, n, (float) (1 / Math.sqrt(n)));
      return;
    }
    butterflies(x, ROW, n);
    shiftRows(x, shift);
    butterflies(x, ROW, n);
    Tiles.scale(x, n, 1f / ROW);
  }

  /** Rotates row r to the right by r times a number of places. */
  void shiftRows(float[] x, int places) {
    for (int at = 0; at < Tiles.SIZE; at += ROW) {
      int shift = at / ROW * places % ROW;
      System.arraycopy(x, at, row, 0, ROW);
      System.arraycopy(row, 0, x, at + shift, ROW - shift);
      System.arraycopy(row, ROW - shift, x, at, shift);
    }
  }

  /** Sums and differences of floats {@code from}, then twice as far, and so on, apart. */
  void butterflies(float[] x, int from, int n) {
    for (int apart = from; apart < n; apart *= 2) {
      for (int at = 0; at < n; at += 2 * apart) {
        for (int i = at; i < at + apart; i++) {
          float a = x[i];
          float b = x[i + apart];
          x[i] = a + b;
          x[i + apart] = a - b;
        }
      }
    }
  }

  /** The form in vectors. */
  private static final class Vector extends RotationKernel {

    /** Every row of a tile twice over. */
    private final float[] twice = new float[2 * Tiles.SIZE];

    @Override
    void butterflies(float[] x, int from, int n) {
      int apart = from;
      if (from < LANES) {
        super.butterflies(x, from, n);
        return;
      }
      for (; 2 * apart < n; apart *= 4) {
        for (int at = 0; at < n; at += 4 * apart) {
          for (int i = at; i < at + apart; i += LANES) {
            fourWings(x, i, apart);
          }
        }
      }
      for (; apart < n; apart *= 2) {
        for (int at = 0; at < n; at += 2 * apart) {
          for (int i = at; i < at + apart; i += LANES) {
            FloatVector a = FloatVector.fromArray(FLOATS, x, i);
            FloatVector b = FloatVector.fromArray(FLOATS, x, i + apart);
            a.add(b).intoArray(x, i);
            a.sub(b).intoArray(x, i + apart);
          }
        }
      }
    }

    /** Two levels at once. */
    private static void fourWings(float[] x, int i, int apart) {
      FloatVector a = FloatVector.fromArray(FLOATS, x, i);
      FloatVector b = FloatVector.fromArray(FLOATS, x, i + apart);
      FloatVector c = FloatVector.fromArray(FLOATS, x, i + 2 * apart);
      FloatVector d = FloatVector.fromArray(FLOATS, x, i + 3 * apart);
      FloatVector ab = a.add(b);
      FloatVector cd = c.add(d);
      ab.add(cd).intoArray(x, i);
      ab.sub(cd).intoArray(x, i + 2 * apart);
      FloatVector aNotB = a.sub(b);
      FloatVector cNotD = c.sub(d);
      aNotB.add(cNotD).intoArray(x, i + apart);
      aNotB.sub(cNotD).intoArray(x, i + 3 * apart);
    }

    @Override
    void shiftRows(float[] x, int places) {
      if (ROW % LANES != 0) {
        super.shiftRows(x, places);
        return;
      }
      for (int at = 0; at < Tiles.SIZE; at += ROW) {
        for (int i = 0; i < ROW; i += LANES) {
          FloatVector part = FloatVector.fromArray(FLOATS, x, at + i);
          part.intoArray(twice, 2 * at + i);
          part.intoArray(twice, 2 * at + ROW + i);
        }
      }
      for (int at = 0; at < Tiles.SIZE; at += ROW) {
        int first = 2 * at + ROW - at / ROW * places % ROW;
        for (int i = 0; i < ROW; i += LANES) {
          FloatVector.fromArray(FLOATS, twice, first + i).intoArray(x, at + i);
        }
      }
    }
  }
}
