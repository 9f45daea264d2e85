package io.trireme.data.shard;

import io.trireme.data.DatasetDescription;
import io.trireme.data.schema.ElementType;
import io.trireme.data.schema.ExampleSchema;
import io.trireme.data.schema.TensorSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * What writer and reader of a shard agree on.
 *
 * <p>A shard is a file of Arrow's IPC format with one uncompressed record batch and one column a
 * tensor, in the schema's order. Nothing is null, so the numbers of a column are one contiguous
 * range of the file, little-endian. A tensor of one number is a column of UInt8, Int32 or Float32;
 * of a fixed shape, FixedSizeBinary (bytes) or FixedSizeList (others); a variable one is a List of
 * its numbers. A column's metadata tells role, shape and scale as the job's description does.
 *
 * <p>Version 1 had no such metadata: its columns are {@code image}, FixedSizeBinary, and {@code
 * label}, UInt8, and the metadata of its schema says height, width and channels.
 */
final class ShardFormat {
  private static final int BYTE_BITS = 8;
  private static final int INT_BITS = 32;

  private ShardFormat() {}

  /** The Arrow schema of a set's shards. */
  static Schema arrow(DatasetDescription set) {
    return set.formatVersion() == DatasetDescription.IMAGES_VERSION
        ? images(set.schema())
        : arrow(set.schema());
  }

  /** The Arrow schema of shards that are written now. */
  static Schema arrow(ExampleSchema schema) {
    return new Schema(
        schema.tensors().stream().map(tensor -> field(tensor, metadata(tensor))).toList());
  }

  private static Schema images(ExampleSchema schema) {
    List<Integer> shape = schema.tensors().get(0).shape();
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("height", Integer.toString(shape.get(1)));
    metadata.put("width", Integer.toString(shape.get(2)));
    metadata.put("channels", Integer.toString(shape.get(0)));
    return new Schema(
        schema.tensors().stream().map(tensor -> field(tensor, Map.of())).toList(), metadata);
  }

  /** In one order, so that equal shards have equal bytes. */
  private static Map<String, String> metadata(TensorSpec tensor) {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("role", tensor.role().name().toLowerCase(Locale.ROOT));
    metadata.put(
        "shape", tensor.shape().stream().map(String::valueOf).collect(Collectors.joining(",")));
    metadata.put("scale", Double.toString(tensor.scale()));
    return metadata;
  }

  private static Field field(TensorSpec tensor, Map<String, String> metadata) {
    ArrowType number = number(tensor.type());
    if (tensor.variable()) {
      return column(tensor, new ArrowType.List(), metadata, numbers(number));
    }
    if (tensor.shape().isEmpty()) {
      return column(tensor, number, metadata, List.of());
    }
    if (tensor.type() == ElementType.UINT8) {
      return column(tensor, new ArrowType.FixedSizeBinary(tensor.length()), metadata, List.of());
    }
    return column(tensor, new ArrowType.FixedSizeList(tensor.length()), metadata, numbers(number));
  }

  private static Field column(
      TensorSpec tensor, ArrowType type, Map<String, String> metadata, List<Field> children) {
    return new Field(tensor.name(), new FieldType(false, type, null, metadata), children);
  }

  private static List<Field> numbers(ArrowType number) {
    return List.of(new Field("item", FieldType.notNullable(number), List.of()));
  }

  private static ArrowType number(ElementType type) {
    return switch (type) {
      case FLOAT32 -> new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE);
      case INT32 -> new ArrowType.Int(INT_BITS, true);
      case UINT8 -> new ArrowType.Int(BYTE_BITS, false);
    };
  }

  /** Whether a column's numbers are a vector of their own below the column's. */
  static boolean isNested(TensorSpec tensor) {
    return tensor.variable() || (!tensor.shape().isEmpty() && tensor.type() != ElementType.UINT8);
  }
}
