package io.trireme.kernels.codec.tile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;
import static org.assertj.core.data.Percentage.withPercentage;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.trireme.kernels.codec.Codecs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Both forms of the kernels give the same bits. */
class KernelFormsTest {

  private static final int[] LENGTHS = {32, 64, 96, 128, 256, 512, 544, 1024};

  /** All kernels in one form. */
  private record Form(
      TileArithmetic arithmetic,
      Bf16Kernel bf16,
      Fp16Kernel fp16,
      Int8Kernel int8,
      OnebitKernel onebit,
      ThresholdKernel threshold,
      QuantizeKernel quantize,
      RotationKernel rotation) {}

  private final Form plain =
      new Form(
          new TileArithmetic(),
          new Bf16Kernel(),
          new Fp16Kernel(),
          new Int8Kernel(),
          new OnebitKernel(),
          new ThresholdKernel(),
          new QuantizeKernel(),
          new RotationKernel());
  private Form vector = plain;

  @BeforeEach
  void makeThem() {
    vector =
        new Form(
            TileArithmetic.create(),
            Bf16Kernel.create(),
            Fp16Kernel.create(),
            Int8Kernel.create(),
            OnebitKernel.create(),
            ThresholdKernel.create(),
            QuantizeKernel.create(),
            RotationKernel.create());
    assumeTrue(
        vector.arithmetic().getClass() != TileArithmetic.class,
        "this JVM runs without --add-modules=jdk.incubator.vector, so there is one form only");
  }

  private static List<float[]> inputs(int n) {
    List<float[]> inputs = new ArrayList<>();
    for (float[] each : Codecs.odd(n, n)) {
      inputs.add(Arrays.copyOf(each, Tiles.SIZE));
    }
    for (double scale : new double[] {1e-30, 1e-3, 1, 1e20}) {
      inputs.add(Arrays.copyOf(Codecs.gaussian(n, n, scale), Tiles.SIZE));
    }
    return inputs;
  }

  /** What a kernel leaves behind. */
  private interface Kernel {
    float run(Form form, float[] p, float[] e, int[] words, int[] others);
  }

  private void compare(Kernel kernel, float[] p, int n) {
    float[][] e = {new float[Tiles.SIZE], new float[Tiles.SIZE]};
    int[][] words = {new int[Tiles.SIZE], new int[Tiles.SIZE]};
    int[][] others = {new int[Tiles.SIZE], new int[Tiles.SIZE]};
    float one = kernel.run(plain, p.clone(), e[0], words[0], others[0]);
    float two = kernel.run(vector, p.clone(), e[1], words[1], others[1]);
    assertThat(two).isEqualTo(one);
    assertThat(words[1]).isEqualTo(words[0]);
    assertThat(others[1]).isEqualTo(others[0]);
    for (int i = 0; i < n; i++) {
      assertThat(Float.floatToRawIntBits(e[1][i])).isEqualTo(Float.floatToRawIntBits(e[0][i]));
    }
  }

  @Test
  void encodersAgree() {
    for (int n : LENGTHS) {
      for (float[] p : inputs(n)) {
        float max = plain.arithmetic().max(p, n);
        float half = Fp16Kernel.scale(max);
        float unit = Int8Kernel.unit(Math.min(0x1p126f, max));
        compare((t, v, e, w, o) -> t.arithmetic().max(v, n), p, n);
        compare((t, v, e, w, o) -> t.onebit().nonZeros(v, n), p, n);
        compare((t, v, e, w, o) -> t.onebit().sumOfMagnitudes(v, n), p, n);
        compare((t, v, e, w, o) -> run(() -> t.bf16().encode(v, e, w, n)), p, n);
        compare((t, v, e, w, o) -> run(() -> t.fp16().encode(v, e, w, n, half)), p, n);
        if (unit > 0) {
          compare((t, v, e, w, o) -> run(() -> t.int8().encode(v, e, w, n, unit, 77)), p, n);
        }
        compare((t, v, e, w, o) -> run(() -> t.onebit().encode(v, e, w, o, n, 0.5f, true)), p, n);
        compare((t, v, e, w, o) -> t.threshold().encode(v, e, w, 3, n, 0.25f), p, n);
        compare((t, v, e, w, o) -> t.threshold().encode(v, e, w, 0, n, 3f), p, n);
        compare((t, v, e, w, o) -> run(() -> t.threshold().select(v, w, n, 1.5f)), p, n);
        compare((t, v, e, w, o) -> run(() -> add(t, v, e, n)), p, n);
        compare((t, v, e, w, o) -> t.arithmetic().finite(v, n) ? 1 : 0, p, n);
        if (Integer.bitCount(n) == 1 && max > 0 && max < 1e30f) {
          compare((t, v, e, w, o) -> rotated(t, v, e, n), p, n);
          for (int width : new int[] {2, 4, 8}) {
            int levels = (1 << width - 1) - 1;
            compare((t, v, e, w, o) -> quantized(t, v, e, w, n, max / 3, width, levels), p, n);
          }
        }
      }
    }
  }

  @Test
  void kernelsForAnyLengthAgree() {
    for (int n : new int[] {1, 2, 3, 5, 7, 9, 15, 17, 33, 63, 65, 131, 257, 1000, 1023}) {
      for (float[] p : inputs(n)) {
        compare((t, v, e, w, o) -> t.arithmetic().max(v, n), p, n);
        compare((t, v, e, w, o) -> t.onebit().nonZeros(v, n), p, n);
        compare((t, v, e, w, o) -> t.onebit().sumOfMagnitudes(v, n), p, n);
        compare((t, v, e, w, o) -> run(() -> add(t, v, e, n)), p, n);
        float[] bad = p.clone();
        bad[n - 1] = Float.NaN;
        compare((t, v, e, w, o) -> t.arithmetic().finite(v, n) ? 1 : 0, p, n);
        compare((t, v, e, w, o) -> t.arithmetic().finite(v, n) ? 1 : 0, bad, n);
        compare((t, v, e, w, o) -> t.arithmetic().finite(v, n - 1) ? 1 : 0, bad, n);
      }
    }
  }

  private static void add(Form form, float[] p, float[] e, int n) {
    System.arraycopy(p, 0, e, 0, n);
    form.arithmetic().addSaturated(e, p, n);
  }

  private static float rotated(Form form, float[] p, float[] e, int n) {
    System.arraycopy(p, 0, e, 0, n);
    form.rotation().rotate(e, n);
    return e[n / 2];
  }

  private static float quantized(
      Form form, float[] p, float[] e, int[] words, int n, float unit, int width, int levels) {
    System.arraycopy(p, 0, e, 0, n);
    return unit < Tiles.MIN_SCALE ? 0 : form.quantize().encode(e, words, n, unit, width, levels, 5);
  }

  @Test
  void rotationsTurnBack() {
    for (int n : new int[] {1, 2, 8, 256, 1024}) {
      float[] x = Codecs.gaussian(n, Tiles.SIZE, 1);
      for (Form form : List.of(plain, vector)) {
        float[] y = x.clone();
        form.rotation().rotate(y, n);
        double before = 0;
        double after = 0;
        for (int i = 0; i < n; i++) {
          before += x[i] * x[i];
          after += y[i] * y[i];
        }
        assertThat(after).isCloseTo(before, withPercentage(0.01));
        form.rotation().rotateBack(y, n);
        for (int i = 0; i < n; i++) {
          assertThat(y[i]).isCloseTo(x[i], offset(1e-5f));
        }
      }
    }
  }

  @Test
  void aRotationSpreadsASpikeEvenly() {
    for (int at : new int[] {0, 33, 517, 1023}) {
      float[] spike = new float[Tiles.SIZE];
      spike[at] = 32;
      vector.rotation().rotate(spike, Tiles.SIZE);
      for (float each : spike) {
        assertThat(Math.abs(each)).isEqualTo(1f);
      }
    }
  }

  @Test
  void decodersAgree() {
    Random random = new Random(1);
    int[] words = random.ints(Tiles.SIZE).toArray();
    int[] others = random.ints(Tiles.SIZE).toArray();
    float[] none = new float[Tiles.SIZE];
    for (int n : LENGTHS) {
      compare((t, v, e, w, o) -> run(() -> t.bf16().decode(words, e, n)), none, n);
      compare((t, v, e, w, o) -> run(() -> t.fp16().decode(words, e, n, 4f)), none, n);
      compare((t, v, e, w, o) -> run(() -> t.int8().decode(words, e, n, 3f)), none, n);
      compare((t, v, e, w, o) -> run(() -> t.onebit().decode(words, others, e, n, 3f)), none, n);
      compare((t, v, e, w, o) -> run(() -> t.threshold().decode(words, e, n, 3f)), none, n);
    }
  }

  private static float run(Runnable kernel) {
    kernel.run();
    return 0;
  }
}
