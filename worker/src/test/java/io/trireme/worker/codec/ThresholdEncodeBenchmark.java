package io.trireme.worker.codec;

import io.trireme.common.codec.BlockEncoder;
import io.trireme.common.codec.BlockShape;
import io.trireme.common.codec.CodecSpec;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.util.Statistics;

/**
 * {@code threshold} against ND4J's {@code thresholdEncode} on 1 MiB blocks of the same gradients at
 * the same tau, with one OpenMP thread, and against a memory copy. From the root of a clone, half a
 * minute:
 *
 * <pre>
 * mvn -B -pl worker -am test -Dtest=ThresholdEncodeBenchmark -Dsurefire.failIfNoSpecifiedTests=false
 * </pre>
 *
 * <p>ND4J's adds the gradient to the residual and encodes; it neither looks for what is no number
 * nor makes a message, as the others do. Of the times of single calls the one that a tenth of them
 * do not exceed counts, so that a loaded machine disturbs little.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 1, time = 2, timeUnit = TimeUnit.SECONDS)
@Measurement(iterations = 1, time = 2, timeUnit = TimeUnit.SECONDS)
@Fork(value = 1)
public class ThresholdEncodeBenchmark {

  private static final int LENGTH = 256 * 1024;
  private static final int BLOCKS = 40;
  private static final double TAU = 4;
  private static final double BEST = 10;

  private final UnsafeBuffer[] gradients = new UnsafeBuffer[BLOCKS];
  private final INDArray[] arrays = new INDArray[BLOCKS];
  private final INDArray[] residuals = new INDArray[BLOCKS];
  private final BlockEncoder[] encoders = new BlockEncoder[BLOCKS];
  private final DeviceEncoder[] devices = new DeviceEncoder[BLOCKS];
  private UnsafeBuffer message = new UnsafeBuffer(0, 0);
  private int next;

  /** Makes gradients. */
  @Setup
  public void setUp() {
    CodecSpec.Threshold codec = new CodecSpec.Threshold(TAU, 0, 1);
    BlockShape shape = BlockShape.vector(LENGTH);
    for (int block = 0; block < BLOCKS; block++) {
      Random random = new Random(block);
      float[] values = new float[LENGTH];
      gradients[block] = new UnsafeBuffer(ByteBuffer.allocateDirect(4 * LENGTH));
      for (int i = 0; i < LENGTH; i++) {
        values[i] = (float) (0.1 * random.nextGaussian());
        gradients[block].putFloat(4 * i, values[i]);
      }
      arrays[block] = Nd4j.createFromArray(values);
      residuals[block] = Nd4j.zeros(arrays[block].dataType(), LENGTH);
      encoders[block] = codec.encoder(shape);
      devices[block] = new DeviceThresholdEncoder(codec, shape);
    }
    message = new UnsafeBuffer(ByteBuffer.allocateDirect(encoders[0].maxEncodedBytes()));
  }

  private int turn() {
    next = next + 1 == BLOCKS ? 0 : next + 1;
    return next;
  }

  /** Ours, on the host. */
  @Benchmark
  public int threshold() {
    int block = turn();
    return encoders[block].encode(0, 0, gradients[block], 0, message, 0);
  }

  /** Ours, by ND4J's operations. */
  @Benchmark
  public int onDevice() {
    int block = turn();
    return devices[block].encode(0, 0, arrays[block], message, 0);
  }

  /** ND4J's. */
  @Benchmark
  public Object nd4j() {
    int block = turn();
    residuals[block].addi(arrays[block]);
    INDArray encoded = Nd4j.getExecutioner().thresholdEncode(residuals[block], TAU, LENGTH);
    if (encoded != null) {
      encoded.close();
    }
    return residuals[block];
  }

  /** A copy of the gradient. */
  @Benchmark
  public void copy() {
    int block = turn();
    residuals[block].assign(arrays[block]);
  }

  /** Measures all and prints. */
  @Test
  void printsTheSpeeds() throws RunnerException {
    Map<String, Statistics> times = new TreeMap<>();
    for (RunResult result :
        new Runner(
                new OptionsBuilder()
                    .include(ThresholdEncodeBenchmark.class.getName())
                    .timeout(TimeValue.minutes(2))
                    .shouldFailOnError(true)
                    .build())
            .run()) {
      times.put(result.getPrimaryResult().getLabel(), result.getPrimaryResult().getStatistics());
    }
    double copy = Objects.requireNonNull(times.get("copy")).getPercentile(BEST);
    System.out.printf("%nGB/s of floats%n| | best tenth | ratio to a copy | median |%n");
    System.out.printf("|---|---|---|---|%n");
    times.forEach(
        (label, time) ->
            System.out.printf(
                "| %s | %.2f | %.2f | %.2f |%n",
                label,
                4.0 * LENGTH / time.getPercentile(BEST),
                copy / time.getPercentile(BEST),
                4.0 * LENGTH / time.getPercentile(50)));
  }
}
