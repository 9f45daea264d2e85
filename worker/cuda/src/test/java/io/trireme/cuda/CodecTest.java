package io.trireme.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.cuda.engine.CardEncoder;
import io.trireme.cuda.spec.CodedBlock;
import io.trireme.cuda.spec.GradientCodec;
import io.trireme.kernels.codec.BlockEncoder;
import io.trireme.kernels.codec.BlockShape;
import io.trireme.kernels.codec.CodecSpec;
import io.trireme.kernels.codec.FloatRange;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Encodings and residuals on the card have the bits of the CPU's codecs. */
class CodecTest {
  private static final int STEPS = 4;
  private static final long SEED = 5;

  /** More than one group of 256 tiles, and no tile divides it. */
  private static final int LONG = 270_001;

  private StandIn.Control control;

  @BeforeEach
  void start() throws Exception {
    control = StandIn.use();
  }

  /** A codec on the card and on the CPU. */
  record Pair(GradientCodec card, CodecSpec cpu) {
    @Override
    public String toString() {
      return cpu.toString();
    }
  }

  static List<Pair> codecs() {
    return List.of(
        new Pair(new GradientCodec.Bf16(), new CodecSpec.Bf16()),
        new Pair(new GradientCodec.Int8(1024), new CodecSpec.Int8(1024)),
        new Pair(new GradientCodec.Int8(64), new CodecSpec.Int8(64)),
        new Pair(new GradientCodec.Onebit(), new CodecSpec.Onebit()));
  }

  static Stream<Arguments> lengths() {
    return codecs().stream()
        .flatMap(
            pair ->
                Stream.of(1, 2, 31, 33, 64, 65, 1023, 1024, 1025, 1057, 5000)
                    .map(length -> Arguments.of(pair, length)));
  }

  @ParameterizedTest
  @MethodSource("lengths")
  void encodingAndResidualHaveTheCpusBits(Pair pair, int length) {
    run(pair, length, List.of());
  }

  @ParameterizedTest
  @MethodSource("codecs")
  void manyTilesArePutTogether(Pair pair) {
    run(pair, LONG, List.of());
  }

  @ParameterizedTest
  @MethodSource("codecs")
  void plainRangesTravelAsTheyAre(Pair pair) {
    run(pair, 3000, List.of(new CodedBlock.Range(0, 7), new CodedBlock.Range(1500, 1533)));
    run(pair, 2100, List.of(new CodedBlock.Range(1000, 2100)));
    run(pair, 40, List.of(new CodedBlock.Range(0, 40)));
  }

  @ParameterizedTest
  @MethodSource("codecs")
  void orderOfThreadsChangesNothing(Pair pair) {
    for (int order = 1; order <= 2; order++) {
      control.standinOrder(order);
      run(pair, 2345, List.of());
    }
  }

  @ParameterizedTest
  @MethodSource("codecs")
  void whatIsNotFiniteIsRefusedAndChangesNothing(Pair pair) {
    int length = 3000;
    try (Both both = new Both(pair, length, List.of())) {
      both.step(0, values(length, 0));
      float[] bad = values(length, 1);
      for (int at : new int[] {2999, 1700, 1030, 3}) {
        bad[at] = at % 2 == 0 ? Float.NEGATIVE_INFINITY : Float.NaN;
        assertThat(both.step(1, bad)).isEqualTo(-1 - at);
      }
      assertThat(both.step(1, values(length, 1))).isPositive();
    }
  }

  private static void run(Pair pair, int length, List<CodedBlock.Range> plain) {
    try (Both both = new Both(pair, length, plain)) {
      for (int step = 0; step < STEPS; step++) {
        assertThat(both.step(step, values(length, step))).isNotNegative();
      }
    }
  }

  /** Floats of many magnitudes: zeros of both signs, tiny and huge ones, whole tiles of zeros. */
  private static float[] values(int length, int step) {
    Random random = new Random(31L * length + step);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      int kind = random.nextInt(40);
      values[i] =
          switch (kind) {
            case 0 -> 0f;
            case 1 -> -0f;
            case 2 -> Float.MIN_VALUE * random.nextInt(9);
            case 3 -> (float) random.nextGaussian() * 1e6f;
            default -> (float) random.nextGaussian() * 0.01f;
          };
      if (i / 1024 % 5 == 1) {
        values[i] = 0;
      } else if (i / 1024 % 5 == 2) {
        values[i] = (float) random.nextGaussian() * 1e-35f;
      } else if (i / 1024 % 5 == 3) {
        values[i] = Float.MAX_VALUE * (random.nextFloat() - 0.5f) * 2;
      } else if (i / 1024 % 5 == 4) {
        values[i] = 0.001f + Math.abs(values[i]);
      }
    }
    return values;
  }

  /** The two encoders of a block, held against each other. */
  private static final class Both implements AutoCloseable {
    private final int length;
    private final CudaDevice device = CudaDevice.open(0);
    private final CardEncoder card;
    private final BlockEncoder cpu;
    private final UnsafeBuffer floats;
    private final UnsafeBuffer out;

    Both(Pair pair, int length, List<CodedBlock.Range> plain) {
      this.length = length;
      List<FloatRange> ranges = new ArrayList<>();
      plain.forEach(range -> ranges.add(new FloatRange(range.from(), range.to())));
      card = CardEncoder.open(device.context(), pair.card(), new CodedBlock(length, plain));
      cpu = pair.cpu().encoder(new BlockShape(length, ranges, List.of()));
      floats = new UnsafeBuffer(ByteBuffer.allocateDirect(4 * length));
      out = new UnsafeBuffer(ByteBuffer.allocateDirect(cpu.maxEncodedBytes()));
    }

    /** Encodes with both; what both returned. */
    int step(int step, float[] values) {
      ByteBuffer to = card.floats();
      for (int i = 0; i < length; i++) {
        to.putFloat(4 * i, values[i]);
        floats.putFloat(4 * i, values[i], ByteOrder.LITTLE_ENDIAN);
      }
      int expected = cpu.encode(step, SEED, floats, 0, out, 0);
      int found = card.encode(step, SEED);
      assertThat(found).as("bytes of step %d", step).isEqualTo(expected);
      if (found > 0) {
        assertThat(bytes(card.encoding(), found)).isEqualTo(bytes(out.byteBuffer(), found));
        assertThat(card.sentFloats()).isEqualTo(cpu.sentFloats());
      }
      ByteBuffer residual = cpu.state().get(0).byteBuffer();
      assertThat(bytes(card.readResidual(), 4 * length))
          .as("residual of step %d", step)
          .isEqualTo(bytes(residual, 4 * length));
      return found;
    }

    private static byte[] bytes(ByteBuffer from, int count) {
      byte[] bytes = new byte[count];
      from.get(0, bytes);
      return bytes;
    }

    @Override
    public void close() {
      cpu.close();
      card.close();
      device.close();
    }
  }
}
