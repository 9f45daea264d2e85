package io.trireme.common.checkpoint;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.PositionedReadable;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.Seekable;
import org.apache.hadoop.fs.Syncable;
import org.apache.hadoop.util.Progressable;

/**
 * A file system without rename that counts its operations and fails at those that a test names,
 * after having done half of what it was asked for where it can: half of the bytes, some of the
 * files of a folder.
 */
final class FailingStore extends RawLocalFileSystem {
  private final List<String> operations = new ArrayList<>();
  private int failFrom = Integer.MAX_VALUE;
  private int failTo = Integer.MAX_VALUE;

  FailingStore() throws IOException {
    initialize(URI.create("file:///"), new Configuration(false));
  }

  /** What was asked for since the last call of {@link #fail}. */
  List<String> operations() {
    return operations;
  }

  /** Counts anew, and fails at operations {@code from} (inclusive) to {@code to} (exclusive). */
  void fail(int from, int to) {
    operations.clear();
    failFrom = from;
    failTo = to;
  }

  /** Fails no more. */
  void heal() {
    fail(Integer.MAX_VALUE, Integer.MAX_VALUE);
  }

  private boolean fails(String operation) {
    operations.add(operation);
    int index = operations.size() - 1;
    return index >= failFrom && index < failTo;
  }

  private void step(String operation) throws IOException {
    if (fails(operation)) {
      throw injected(operation);
    }
  }

  private static IOException injected(String operation) {
    return new IOException("injected at " + operation);
  }

  @Override
  public boolean rename(Path from, Path to) {
    throw new UnsupportedOperationException("rename");
  }

  @Override
  @SuppressWarnings("deprecation")
  protected void rename(Path from, Path to, Options.Rename... options) {
    throw new UnsupportedOperationException("rename");
  }

  @Override
  public FSDataOutputStream create(
      Path path,
      boolean overwrite,
      int bufferSize,
      short replication,
      long blockSize,
      Progressable progress)
      throws IOException {
    boolean failed = fails("create " + path.getName());
    // A failed create may or may not have made the file.
    if (failed && operations.size() % 2 == 0) {
      throw injected("create");
    }
    FSDataOutputStream real =
        super.create(path, overwrite, bufferSize, replication, blockSize, progress);
    if (failed) {
      real.close();
      throw injected("create");
    }
    return new FSDataOutputStream(new Out(real), new FileSystem.Statistics("failing"));
  }

  @Override
  public FSDataInputStream open(Path path, int bufferSize) throws IOException {
    step("open " + path.getName());
    return new FSDataInputStream(new In(super.open(path, bufferSize)));
  }

  @Override
  public FileStatus[] listStatus(Path path) throws IOException {
    step("list " + path.getName());
    return super.listStatus(path);
  }

  @Override
  public boolean delete(Path path, boolean recursive) throws IOException {
    if (fails("delete " + path.getName())) {
      java.nio.file.Path local = java.nio.file.Path.of(path.toUri().getPath());
      if (Files.isDirectory(local)) {
        try (var files = Files.list(local)) {
          Files.delete(files.sorted().findFirst().orElseThrow());
        }
      }
      throw injected("delete");
    }
    return super.delete(path, recursive);
  }

  private final class Out extends FilterOutputStream implements Syncable {
    private final FSDataOutputStream real;

    Out(FSDataOutputStream real) {
      super(real);
      this.real = real;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      boolean failed = fails("write");
      ((OutputStream) real).write(bytes, offset, failed ? length / 2 : length);
      if (failed) {
        throw injected("write");
      }
    }

    @Override
    public void hflush() throws IOException {
      real.hflush();
    }

    @Override
    public void hsync() throws IOException {
      step("sync");
      // Not synced: the disk's time is not what is tested.
      real.flush();
    }

    @Override
    public void close() throws IOException {
      real.close();
      step("close");
    }
  }

  private final class In extends FilterInputStream implements Seekable, PositionedReadable {
    private final FSDataInputStream real;

    In(FSDataInputStream real) {
      super(real);
      this.real = real;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      step("read");
      return ((InputStream) real).read(bytes, offset, length);
    }

    @Override
    public void seek(long position) throws IOException {
      step("seek");
      real.seek(position);
    }

    @Override
    public long getPos() throws IOException {
      return real.getPos();
    }

    @Override
    public boolean seekToNewSource(long target) {
      return false;
    }

    @Override
    public int read(long position, byte[] buffer, int offset, int length) throws IOException {
      step("read at");
      return real.read(position, buffer, offset, length);
    }

    @Override
    public void readFully(long position, byte[] buffer, int offset, int length) throws IOException {
      step("read at");
      real.readFully(position, buffer, offset, length);
    }

    @Override
    public void readFully(long position, byte[] buffer) throws IOException {
      readFully(position, buffer, 0, buffer.length);
    }
  }
}
