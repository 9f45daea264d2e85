package io.trireme.data.shard;

import io.trireme.data.BadDataException;
import io.trireme.data.DatasetDescription;
import io.trireme.data.DatasetDescription.Shard;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import org.agrona.DirectBuffer;
import org.agrona.IoUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A shard on local disk, verified and mapped read-only. The mapping is the system's page cache, so
 * readers of one file share its memory. Nothing may read {@link #bytes()} after {@link #close()}.
 */
final class ShardFile implements AutoCloseable {
  private static final int MASK = 0xff;

  private final MappedByteBuffer mapped;
  private final DirectBuffer bytes;
  private final ShardColumns columns;

  private ShardFile(MappedByteBuffer mapped, ShardColumns columns) {
    this.mapped = mapped;
    this.bytes = new UnsafeBuffer(mapped);
    this.columns = columns;
  }

  /**
   * Maps a file and compares its length, its checksum and its schema with the description.
   *
   * @throws BadDataException when it is missing or anything differs
   */
  static ShardFile map(Path file, DatasetDescription set, Shard shard) throws IOException {
    MappedByteBuffer mapped;
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      if (channel.size() != shard.lengthBytes()) {
        throw damaged(file, "length", shard.lengthBytes() + " bytes", channel.size() + " bytes");
      }
      mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, shard.lengthBytes());
    } catch (NoSuchFileException missing) {
      throw damaged(file, "shard", "a file of " + shard.lengthBytes() + " bytes", "none");
    }
    try {
      CRC32C crc = new CRC32C();
      crc.update(mapped.duplicate());
      if (crc.getValue() != shard.crc32c()) {
        throw damaged(
            file, "CRC32C", "%08x".formatted(shard.crc32c()), "%08x".formatted(crc.getValue()));
      }
      ShardFile mappedShard = new ShardFile(mapped, ShardColumns.find(file, mapped, set, shard));
      mappedShard.checkLabels(file, set, shard);
      return mappedShard;
    } catch (RuntimeException failure) {
      IoUtil.unmap(mapped);
      throw failure;
    }
  }

  private void checkLabels(Path file, DatasetDescription set, Shard shard) {
    for (int row = 0; row < shard.examples(); row++) {
      int label = bytes.getByte(columns.labelsOffset() + row) & MASK;
      if (label >= set.classes()) {
        throw damaged(
            file, "label of row " + row, "0 to " + (set.classes() - 1), Integer.toString(label));
      }
    }
  }

  static BadDataException damaged(Path file, String what, String expected, String seen) {
    return new BadDataException(
        "%s: %s: expected %s, seen %s; delete the folder and prepare again"
            .formatted(file, what, expected, seen));
  }

  /** The whole file. */
  DirectBuffer bytes() {
    return bytes;
  }

  /** Offset of the first pixel of the shard's first example. */
  int pixelsOffset() {
    return columns.pixelsOffset();
  }

  /** Offset of the label of the shard's first example. */
  int labelsOffset() {
    return columns.labelsOffset();
  }

  @Override
  public void close() {
    IoUtil.unmap(mapped);
  }
}
