package io.trireme.kernels.codec;

import io.trireme.common.layout.Block;
import io.trireme.common.layout.Layout;
import io.trireme.common.layout.Segment;
import io.trireme.common.layout.SegmentKind;
import java.util.ArrayList;
import java.util.List;

/**
 * What a codec must know of a block: its length, which of its floats travel plain, and which are
 * parts of matrices.
 *
 * @param length number of floats
 * @param plain ranges that travel as they are, ascending, without overlap
 * @param matrices parts of segments of two or more dimensions outside the plain ranges, ascending,
 *     without overlap; floats that are neither plain nor in a matrix are one line of a vector
 */
public record BlockShape(int length, List<FloatRange> plain, List<MatrixPart> matrices) {

  /**
   * Segments of fewer floats travel plain with codecs that send vectors plain ({@link
   * CodecSpec#plainVectors()}).
   */
  public static final int SMALL_SEGMENT = 1024;

  public BlockShape {
    plain = List.copyOf(plain);
    matrices = List.copyOf(matrices);
    if (length < 0) {
      throw new IllegalArgumentException("block of " + length + " floats");
    }
    int end = 0;
    for (FloatRange range : plain) {
      end = check("plain range", range, end, length);
    }
    end = 0;
    for (MatrixPart part : matrices) {
      end = check("matrix", part.range(), end, length);
      for (FloatRange range : plain) {
        if (range.from() < part.range().to() && part.range().from() < range.to()) {
          throw new IllegalArgumentException(
              "matrix " + part.range() + " overlaps plain range " + range);
        }
      }
    }
  }

  private static int check(String what, FloatRange range, int end, int length) {
    if (range.from() < end || range.to() > length) {
      throw new IllegalArgumentException(
          what + " " + range + " is out of order or outside of the block of " + length + " floats");
    }
    return range.to();
  }

  /** A block all of whose floats are encoded, as one vector. */
  public static BlockShape vector(int length) {
    return new BlockShape(length, List.of(), List.of());
  }

  /**
   * The block's shape for a codec. Statistics travel plain with every codec; so do segments of one
   * dimension and small ones where {@link CodecSpec#plainVectors()} says so.
   */
  public static BlockShape of(Layout layout, Block block, CodecSpec codec) {
    List<FloatRange> plain = new ArrayList<>();
    List<MatrixPart> matrices = new ArrayList<>();
    for (Segment segment : layout.segments()) {
      long from = Math.max(segment.offset(), block.offset());
      long to = Math.min(segment.end(), block.end());
      if (from >= to) {
        continue;
      }
      FloatRange range = new FloatRange((int) (from - block.offset()), (int) (to - block.offset()));
      boolean vector = segment.shape().stream().filter(size -> size > 1).count() < 2;
      if (segment.kind() == SegmentKind.STATISTIC
          || (codec.plainVectors() && (vector || segment.length() < SMALL_SEGMENT))) {
        append(plain, range);
      } else if (!vector) {
        matrices.add(new MatrixPart(range, columns(segment)));
      }
    }
    return new BlockShape(block.length(), plain, matrices);
  }

  private static void append(List<FloatRange> ranges, FloatRange next) {
    int last = ranges.size() - 1;
    if (last >= 0 && ranges.get(last).to() == next.from()) {
      ranges.set(last, new FloatRange(ranges.get(last).from(), next.to()));
    } else {
      ranges.add(next);
    }
  }

  /** Floats that lie one after the other for one index of the slowest dimension. */
  private static int columns(Segment segment) {
    List<Long> shape = segment.shape();
    int slowest = segment.order() == 'f' ? shape.size() - 1 : 0;
    while (shape.get(slowest) == 1) {
      slowest += segment.order() == 'f' ? -1 : 1;
    }
    return (int) Math.min(Integer.MAX_VALUE, segment.length() / shape.get(slowest));
  }

  /** The ranges that are encoded: all that is not plain. */
  List<FloatRange> coded() {
    List<FloatRange> coded = new ArrayList<>();
    int at = 0;
    for (FloatRange range : plain) {
      if (range.from() > at) {
        coded.add(new FloatRange(at, range.from()));
      }
      at = range.to();
    }
    if (at < length) {
      coded.add(new FloatRange(at, length));
    }
    return coded;
  }
}
