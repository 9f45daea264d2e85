package io.trireme.common.checkpoint;

import io.trireme.common.files.PlainFiles;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.jspecify.annotations.Nullable;

/** The files of a lease; see {@link JobLease} for what they mean. */
final class LeaseFiles {
  private static final Pattern NAME = Pattern.compile("token-(\\d{12,18})\\.(claim|even|odd)");

  /** Names of a token's files after the point. */
  enum Kind {
    CLAIM,
    EVEN,
    ODD
  }

  private final FileSystem fs;
  private final Path folder;

  LeaseFiles(FileSystem fs, Path folder) {
    this.fs = PlainFiles.plain(fs);
    this.folder = folder;
  }

  Path path(long token, Kind kind) {
    String suffix = kind.name().toLowerCase(Locale.ROOT);
    return new Path(folder, String.format(Locale.ROOT, "token-%012d.%s", token, suffix));
  }

  /** The highest token that was ever claimed; 0 if there is none. */
  long highestToken() throws IOException {
    return tokens().max().orElse(0);
  }

  private LongStream tokens() throws IOException {
    try {
      LongStream.Builder tokens = LongStream.builder();
      for (FileStatus file : fs.listStatus(folder)) {
        tokenOf(file).ifPresent(tokens::add);
      }
      return tokens.build();
    } catch (FileNotFoundException none) {
      return LongStream.empty();
    }
  }

  private static OptionalLong tokenOf(FileStatus file) {
    Matcher matcher = NAME.matcher(file.getPath().getName());
    return matcher.matches()
        ? OptionalLong.of(Long.parseLong(matcher.group(1)))
        : OptionalLong.empty();
  }

  /**
   * What a token's files say, by the one that holds longest or has let go; null if none is whole.
   */
  @Nullable LeaseRecord read(long token) throws IOException {
    LeaseRecord claim = read(path(token, Kind.CLAIM));
    LeaseRecord newest = claim;
    for (Kind kind : new Kind[] {Kind.EVEN, Kind.ODD}) {
      LeaseRecord renewal = read(path(token, kind));
      if (renewal == null || (claim != null && !renewal.owner().equals(claim.owner()))) {
        continue;
      }
      if (renewal.expiresAtMs() == 0) {
        return renewal;
      }
      if (newest == null || renewal.expiresAtMs() > newest.expiresAtMs()) {
        newest = renewal;
      }
    }
    return newest;
  }

  private @Nullable LeaseRecord read(Path file) throws IOException {
    try {
      return LeaseRecord.decode(StepInspector.bytes(fs, file));
    } catch (FileNotFoundException none) {
      return null;
    }
  }

  /** Makes a token's claim; false if another driver has made it. */
  boolean claim(LeaseRecord record) throws IOException {
    Path file = path(record.token(), Kind.CLAIM);
    FSDataOutputStream out = createExclusively(file);
    if (out == null) {
      return false;
    }
    try {
      write(out, record);
      return true;
    } catch (IOException e) {
      Deletions.deleteAfter(e, fs, file);
      throw e;
    }
  }

  /** Null if the file is there. */
  private @Nullable FSDataOutputStream createExclusively(Path file) throws IOException {
    if (fs instanceof RawLocalFileSystem local) {
      // Hadoop looks whether a local file is there and then creates it; the disk can do both at
      // once.
      java.nio.file.Path path = local.pathToFile(file).toPath();
      java.nio.file.Path parent = path.getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      try {
        Files.createFile(path);
      } catch (java.nio.file.FileAlreadyExistsException taken) {
        return null;
      }
      return fs.create(file, true);
    }
    try {
      return fs.create(file, false);
    } catch (FileAlreadyExistsException taken) {
      return null;
    } catch (IOException e) {
      if (fs.exists(file)) {
        return null;
      }
      throw e;
    }
  }

  /** Writes a renewal over the older of the two that there may be. */
  void renew(Kind kind, LeaseRecord record) throws IOException {
    write(fs.create(path(record.token(), kind), true), record);
  }

  private static void write(FSDataOutputStream out, LeaseRecord record) throws IOException {
    byte[] bytes = record.encode();
    try (out) {
      out.write(bytes, 0, bytes.length);
      out.hsync();
    }
  }

  /** Deletes the files of a token. */
  void delete(long token) throws IOException {
    for (Kind kind : Kind.values()) {
      Deletions.delete(fs, path(token, kind));
    }
  }

  /** Deletes the files of all tokens below one. */
  void deleteBelow(long token) throws IOException {
    for (long old : tokens().filter(each -> each < token).distinct().toArray()) {
      delete(old);
    }
  }

  @Override
  public String toString() {
    return folder.toString();
  }
}
