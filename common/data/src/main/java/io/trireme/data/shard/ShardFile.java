package io.trireme.data.shard;

import io.trireme.data.BadDataException;
import io.trireme.data.DatasetDescription;
import io.trireme.data.DatasetDescription.Shard;
import io.trireme.data.schema.TensorSpec;
import io.trireme.data.shard.ShardColumns.Column;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32C;
import org.agrona.DirectBuffer;
import org.agrona.IoUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A shard on local disk, verified and mapped read-only. The mapping is the system's page cache, so
 * readers of one file share its memory. Nothing may read {@link #bytes()} after {@link #close()}.
 */
final class ShardFile implements AutoCloseable {
  private final MappedByteBuffer mapped;
  private final DirectBuffer bytes;
  private final List<Column> columns;

  private ShardFile(MappedByteBuffer mapped, List<Column> columns) {
    this.mapped = mapped;
    this.bytes = new UnsafeBuffer(mapped);
    this.columns = List.copyOf(columns);
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
        throw damaged(file, "CRC32C", hex(shard.crc32c()), hex(crc.getValue()));
      }
      ShardFile mappedShard = new ShardFile(mapped, ShardColumns.find(file, mapped, set, shard));
      mappedShard.checkCategories(file, set, shard);
      return mappedShard;
    } catch (RuntimeException failure) {
      IoUtil.unmap(mapped);
      throw failure;
    }
  }

  private static String hex(long crc32c) {
    return String.format(Locale.ROOT, "%08x", crc32c);
  }

  private void checkCategories(Path file, DatasetDescription set, Shard shard) {
    for (int i = 0; i < columns.size(); i++) {
      TensorSpec tensor = set.schema().tensors().get(i);
      TensorReader reader = new TensorReader(tensor);
      for (int row = 0; tensor.isCategorical() && row < shard.examples(); row++) {
        int count = reader.count(bytes, columns.get(i), row);
        for (int k = 0; k < count; k++) {
          int seen = reader.integer(bytes, columns.get(i), row, k);
          if (seen < 0 || seen >= tensor.categories()) {
            throw damaged(
                file,
                tensor.name() + " of row " + row,
                "0 to " + (tensor.categories() - 1),
                Integer.toString(seen));
          }
        }
      }
    }
  }

  static BadDataException damaged(Path file, String what, String expected, String seen) {
    return new BadDataException(
        String.format(
            Locale.ROOT,
            "%s: %s: expected %s, seen %s; delete the folder and prepare again",
            file,
            what,
            expected,
            seen));
  }

  /** The whole file. */
  DirectBuffer bytes() {
    return bytes;
  }

  /** Where the numbers of a tensor lie in it. */
  Column column(int tensor) {
    return columns.get(tensor);
  }

  @Override
  public void close() {
    IoUtil.unmap(mapped);
  }
}
