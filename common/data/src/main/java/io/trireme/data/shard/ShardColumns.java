package io.trireme.data.shard;

import io.trireme.data.DatasetDescription;
import io.trireme.data.DatasetDescription.Shard;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.Footer;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.vector.ipc.message.ArrowBlock;
import org.apache.arrow.vector.ipc.message.ArrowFooter;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Where the columns of a shard lie in its file, found in Arrow's footer and in the header of the
 * one record batch, so that they can be read in place.
 *
 * @param pixelsOffset first byte of the image column's values
 * @param labelsOffset first byte of the label column's values
 */
record ShardColumns(int pixelsOffset, int labelsOffset) {
  private static final String MAGIC = "ARROW1";
  private static final int TRAILER_BYTES = Integer.BYTES + MAGIC.length();

  /** Length of the marker and of the length that precede a message. */
  private static final int PREFIX_BYTES = 2 * Integer.BYTES;

  static ShardColumns find(Path file, ByteBuffer mapped, DatasetDescription set, Shard shard) {
    try {
      ByteBuffer bytes = mapped.duplicate().order(ByteOrder.LITTLE_ENDIAN);
      ArrowFooter footer = footer(file, bytes);
      checkSchema(file, footer.getSchema(), set);
      return columns(file, bytes, footer.getRecordBatches(), set, shard);
    } catch (IndexOutOfBoundsException | IllegalArgumentException damaged) {
      throw ShardFile.damaged(file, "Arrow metadata", "an IPC file", String.valueOf(damaged));
    }
  }

  private static ArrowFooter footer(Path file, ByteBuffer bytes) {
    int end = bytes.limit() - TRAILER_BYTES;
    byte[] magic = new byte[MAGIC.length()];
    bytes.get(end + Integer.BYTES, magic);
    String seen = new String(magic, StandardCharsets.ISO_8859_1);
    if (!seen.equals(MAGIC)) {
      throw ShardFile.damaged(file, "last bytes", MAGIC, seen);
    }
    int length = bytes.getInt(end);
    return new ArrowFooter(Footer.getRootAsFooter(slice(bytes, end - length, length)));
  }

  private static void checkSchema(Path file, Schema schema, DatasetDescription set) {
    List<Field> fields = schema.getFields();
    boolean known =
        fields.size() == 2
            && isColumn(
                fields.get(0), ShardFormat.IMAGE, new ArrowType.FixedSizeBinary(set.exampleBytes()))
            && isColumn(
                fields.get(1), ShardFormat.LABEL, new ArrowType.Int(ShardFormat.LABEL_BITS, false));
    Map<String, String> expected = ShardFormat.metadata(set.height(), set.width(), set.channels());
    if (!known || !schema.getCustomMetadata().equals(expected)) {
      throw ShardFile.damaged(
          file,
          "schema",
          "image: FixedSizeBinary(%d), label: UInt8, %s".formatted(set.exampleBytes(), expected),
          schema.toString());
    }
  }

  private static boolean isColumn(Field field, String name, ArrowType type) {
    return field.getName().equals(name) && field.getType().equals(type) && !field.isNullable();
  }

  private static ShardColumns columns(
      Path file, ByteBuffer bytes, List<ArrowBlock> blocks, DatasetDescription set, Shard shard) {
    if (blocks.size() != 1) {
      throw ShardFile.damaged(file, "record batches", "1", Integer.toString(blocks.size()));
    }
    ArrowBlock block = blocks.get(0);
    int start = Math.toIntExact(block.getOffset());
    int headerLength = block.getMetadataLength() - PREFIX_BYTES;
    Message message = Message.getRootAsMessage(slice(bytes, start + PREFIX_BYTES, headerLength));
    RecordBatch batch = (RecordBatch) message.header(new RecordBatch());
    if (batch == null
        || batch.length() != shard.examples()
        || batch.buffersLength() != ShardFormat.BUFFERS
        || batch.compression() != null) {
      throw ShardFile.damaged(
          file, "record batch", shard.examples() + " uncompressed rows", describe(batch));
    }
    int body = start + block.getMetadataLength();
    long pixels = (long) shard.examples() * set.exampleBytes();
    return new ShardColumns(
        values(file, bytes, body, batch.buffers(ShardFormat.IMAGE_VALUES), pixels),
        values(file, bytes, body, batch.buffers(ShardFormat.LABEL_VALUES), shard.examples()));
  }

  private static int values(
      Path file, ByteBuffer bytes, int body, Buffer buffer, long expectedBytes) {
    long offset = body + buffer.offset();
    if (buffer.length() != expectedBytes || offset + expectedBytes > bytes.limit()) {
      throw ShardFile.damaged(
          file,
          "column",
          expectedBytes + " bytes inside the file",
          buffer.length() + " bytes from byte " + offset);
    }
    return Math.toIntExact(offset);
  }

  private static String describe(@Nullable RecordBatch batch) {
    return batch == null
        ? "another message"
        : batch.length() + " rows in " + batch.buffersLength() + " buffers";
  }

  private static ByteBuffer slice(ByteBuffer bytes, int offset, int length) {
    return bytes.slice(offset, length).order(ByteOrder.LITTLE_ENDIAN);
  }
}
