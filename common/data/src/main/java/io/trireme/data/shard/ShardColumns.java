package io.trireme.data.shard;

import io.trireme.data.DatasetDescription;
import io.trireme.data.DatasetDescription.Shard;
import io.trireme.data.schema.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.Footer;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.vector.ipc.message.ArrowBlock;
import org.apache.arrow.vector.ipc.message.ArrowFooter;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Finds where the columns of a shard lie in its file, in Arrow's footer and in the header of the
 * one record batch, so that they can be read in place.
 */
final class ShardColumns {
  private static final String MAGIC = "ARROW1";
  private static final int TRAILER_BYTES = Integer.BYTES + MAGIC.length();

  /** Length of the marker and of the length that precede a message. */
  private static final int PREFIX_BYTES = 2 * Integer.BYTES;

  private final Path file;
  private final ByteBuffer bytes;
  private final int body;
  private final RecordBatch batch;

  private ShardColumns(Path file, ByteBuffer bytes, int body, RecordBatch batch) {
    this.file = file;
    this.bytes = bytes;
    this.body = body;
    this.batch = batch;
  }

  /**
   * Where a column lies.
   *
   * @param values first byte of its numbers
   * @param offsets first byte of its offsets, one more than examples, int32; 0 if its shape is
   *     fixed
   */
  record Column(int values, int offsets) {}

  /** The columns of the set's tensors, in their order. */
  static List<Column> find(Path file, ByteBuffer mapped, DatasetDescription set, Shard shard) {
    try {
      ByteBuffer bytes = mapped.duplicate().order(ByteOrder.LITTLE_ENDIAN);
      ArrowFooter footer = footer(file, bytes);
      Schema expected = ShardFormat.arrow(set);
      if (!footer.getSchema().equals(expected)) {
        throw ShardFile.damaged(file, "schema", text(expected), text(footer.getSchema()));
      }
      return open(file, bytes, footer.getRecordBatches(), set, shard).columns(set, shard);
    } catch (IndexOutOfBoundsException | IllegalArgumentException damaged) {
      throw ShardFile.damaged(file, "Arrow metadata", "an IPC file", String.valueOf(damaged));
    }
  }

  private static String text(Schema schema) {
    StringBuilder text = new StringBuilder(schema.toString());
    schema.getFields().forEach(field -> text.append(' ').append(field.getMetadata()));
    return text.toString();
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

  private static ShardColumns open(
      Path file, ByteBuffer bytes, List<ArrowBlock> blocks, DatasetDescription set, Shard shard) {
    if (blocks.size() != 1) {
      throw ShardFile.damaged(file, "record batches", "1", Integer.toString(blocks.size()));
    }
    ArrowBlock block = blocks.get(0);
    int start = Math.toIntExact(block.getOffset());
    int headerLength = block.getMetadataLength() - PREFIX_BYTES;
    Message message = Message.getRootAsMessage(slice(bytes, start + PREFIX_BYTES, headerLength));
    RecordBatch batch = (RecordBatch) message.header(new RecordBatch());
    int buffers = set.schema().tensors().stream().mapToInt(ShardColumns::buffers).sum();
    if (batch == null
        || batch.length() != shard.examples()
        || batch.buffersLength() != buffers
        || batch.compression() != null) {
      throw ShardFile.damaged(
          file, "record batch", shard.examples() + " uncompressed rows", describe(batch));
    }
    return new ShardColumns(file, bytes, start + block.getMetadataLength(), batch);
  }

  /**
   * Buffers of a column: validity and numbers, the offsets of a list, the validity of its items.
   */
  private static int buffers(TensorSpec tensor) {
    return 2 + (tensor.variable() ? 1 : 0) + (ShardFormat.isNested(tensor) ? 1 : 0);
  }

  private List<Column> columns(DatasetDescription set, Shard shard) {
    List<Column> columns = new ArrayList<>();
    int next = 0;
    for (TensorSpec tensor : set.schema().tensors()) {
      int offsets = 0;
      long numbers = (long) shard.examples() * tensor.length();
      if (tensor.variable()) {
        offsets = start(batch.buffers(next + 1), (shard.examples() + 1L) * Integer.BYTES);
        numbers = checkOffsets(tensor, offsets, shard.examples());
      }
      next += buffers(tensor);
      Buffer values = batch.buffers(next - 1);
      columns.add(new Column(start(values, numbers * tensor.type().bytes()), offsets));
    }
    return columns;
  }

  private int start(Buffer buffer, long expectedBytes) {
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

  private int checkOffsets(TensorSpec tensor, int offsets, int examples) {
    int at = bytes.getInt(offsets);
    boolean fits = at == 0;
    for (int row = 1; row <= examples && fits; row++) {
      int end = bytes.getInt(offsets + row * Integer.BYTES);
      long length = (long) end - at;
      fits = length >= 0 && length <= tensor.length() && length % tensor.stride() == 0;
      at = end;
    }
    if (!fits) {
      throw ShardFile.damaged(file, "offsets of " + tensor.name(), tensor.text(), "another length");
    }
    return at;
  }

  private static String describe(@Nullable RecordBatch batch) {
    return batch == null
        ? "another message"
        : String.format(
            Locale.ROOT, "%d rows in %d buffers", batch.length(), batch.buffersLength());
  }

  private static ByteBuffer slice(ByteBuffer bytes, int offset, int length) {
    return bytes.slice(offset, length).order(ByteOrder.LITTLE_ENDIAN);
  }
}
