package io.trireme.worker.local;

import io.trireme.common.layout.Layout;
import io.trireme.common.layout.Segment;
import io.trireme.common.layout.SegmentKind;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/** Lets the simulation weight what local steps changed as workers do. */
public final class LocalDelta {
  private LocalDelta() {}

  /** What a slot contributes whose local steps led from one place to another. */
  public static float[] of(float[] start, float[] end, int examples) {
    Layout layout =
        new Layout(
            start.length,
            List.of(
                new Segment(
                    "0_W",
                    0,
                    0,
                    start.length,
                    List.of((long) start.length),
                    'c',
                    SegmentKind.WEIGHT,
                    "",
                    List.of())),
            List.of(),
            true);
    UnsafeBuffer from = buffer(start);
    new DeltaKernel(layout).apply(from, buffer(end), examples, examples);
    float[] delta = new float[start.length];
    for (int i = 0; i < delta.length; i++) {
      delta[i] = from.getFloat(i * Float.BYTES);
    }
    return delta;
  }

  private static UnsafeBuffer buffer(float[] floats) {
    UnsafeBuffer buffer = new UnsafeBuffer(new byte[floats.length * Float.BYTES]);
    for (int i = 0; i < floats.length; i++) {
      buffer.putFloat(i * Float.BYTES, floats[i]);
    }
    return buffer;
  }
}
