package io.trireme.common.files;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.Syncable;
import org.apache.hadoop.util.Progressable;

/** A local file system that fails at one operation, after having done half of it where it can. */
final class FaultyFileSystem extends RawLocalFileSystem {

  /** Where it fails. */
  enum Fault {
    CREATE,
    WRITE,
    SYNC,
    CLOSE,
    RENAME,
    RENAME_REFUSED
  }

  private final Fault fault;

  FaultyFileSystem(Fault fault) throws IOException {
    this.fault = fault;
    initialize(java.net.URI.create("file:///"), new Configuration(false));
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
    FSDataOutputStream real =
        super.create(path, overwrite, bufferSize, replication, blockSize, progress);
    if (fault == Fault.CREATE) {
      real.close();
      throw new IOException("injected at CREATE");
    }
    return new FSDataOutputStream(new FaultyStream(real), new FileSystem.Statistics("faulty"));
  }

  @Override
  public boolean rename(Path from, Path to) throws IOException {
    failAt(Fault.RENAME);
    return fault != Fault.RENAME_REFUSED && super.rename(from, to);
  }

  private void failAt(Fault point) throws IOException {
    if (fault == point) {
      throw new IOException("injected at " + point);
    }
  }

  private final class FaultyStream extends FilterOutputStream implements Syncable {
    private final FSDataOutputStream real;

    FaultyStream(FSDataOutputStream real) {
      super(real);
      this.real = real;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      ((OutputStream) real).write(bytes, offset, fault == Fault.WRITE ? length / 2 : length);
      failAt(Fault.WRITE);
    }

    @Override
    public void hflush() throws IOException {
      real.hflush();
    }

    @Override
    public void hsync() throws IOException {
      failAt(Fault.SYNC);
      real.hsync();
    }

    @Override
    public void close() throws IOException {
      real.close();
      failAt(Fault.CLOSE);
    }
  }
}
