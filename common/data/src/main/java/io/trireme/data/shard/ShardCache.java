package io.trireme.data.shard;

import io.trireme.common.files.PlainFiles;
import io.trireme.data.BadDataException;
import io.trireme.data.DatasetDescription;
import io.trireme.data.DatasetDescription.Shard;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.RawLocalFileSystem;

/**
 * Copies of shards on local disk, under {@code FINGERPRINT/SET/} in a folder that any number of
 * jobs and processes of one host may share: a copy appears whole, by rename, and copies of one name
 * hold the same bytes. Sets that already lie on local disk are used where they are.
 */
final class ShardCache {
  private static final int COPY_BYTES = 1 << 20;

  private final Path folder;
  private final Configuration configuration;

  ShardCache(Path folder, Configuration configuration) {
    this.folder = folder;
    this.configuration = configuration;
  }

  /** The verified shard of a set, fetched when there is no good copy. */
  ShardFile open(org.apache.hadoop.fs.Path setFolder, DatasetDescription set, Shard shard)
      throws IOException {
    org.apache.hadoop.fs.Path source = new org.apache.hadoop.fs.Path(setFolder, shard.file());
    FileSystem fileSystem = PlainFiles.of(source, configuration);
    if (fileSystem instanceof RawLocalFileSystem local) {
      return ShardFile.map(local.pathToFile(source).toPath(), set, shard);
    }
    Path copies = folder.resolve(set.fingerprint()).resolve(set.name());
    Path copy = copies.resolve(shard.file());
    if (Files.exists(copy)) {
      try {
        return ShardFile.map(copy, set, shard);
      } catch (BadDataException damagedCopy) {
        Files.deleteIfExists(copy);
      }
    }
    Files.createDirectories(copies);
    Path temporary = copies.resolve("." + shard.file() + "." + UUID.randomUUID());
    fetch(fileSystem, source, temporary, copy);
    try {
      return ShardFile.map(copy, set, shard);
    } catch (BadDataException damagedSource) {
      Files.deleteIfExists(copy);
      throw new BadDataException(
          source + ", as copied: " + damagedSource.getMessage(), damagedSource);
    }
  }

  private static void fetch(
      FileSystem fileSystem, org.apache.hadoop.fs.Path source, Path temporary, Path copy)
      throws IOException {
    try {
      try (InputStream in = fileSystem.open(source);
          FileChannel out =
              FileChannel.open(
                  temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        byte[] chunk = new byte[COPY_BYTES];
        for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
          ByteBuffer bytes = ByteBuffer.wrap(chunk, 0, read);
          while (bytes.hasRemaining()) {
            out.write(bytes);
          }
        }
        out.force(true);
      }
      Files.move(
          temporary, copy, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (FileNotFoundException missing) {
      throw new BadDataException(
          source + ": no such file, although the set's description lists it; prepare again",
          missing);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }
}
