package io.trireme.data.shard;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Nanoseconds to turn one image of 784 bytes into floats. Run with {@code java -cp TEST_CLASSPATH
 * org.openjdk.jmh.Main ByteKernel}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
public class ByteKernelBenchmark {
  private static final int IMAGES = 4096;
  private static final int PIXELS = 784;

  private final UnsafeBuffer source = new UnsafeBuffer(ByteBuffer.allocateDirect(IMAGES * PIXELS));
  private final UnsafeBuffer target = new UnsafeBuffer(ByteBuffer.allocateDirect(PIXELS * 4));
  private final float[] table = new float[256];
  private int image;

  /** One image after the other. */
  @Benchmark
  public UnsafeBuffer scale() {
    image = (image + 1) % IMAGES;
    ByteKernel.scale(source, image * PIXELS, PIXELS, table, target, 0);
    return target;
  }
}
