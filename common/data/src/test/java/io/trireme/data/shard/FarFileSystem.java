package io.trireme.data.shard;

import java.net.URI;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FilterFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/** The local disk under the scheme {@code far}, which readers cannot map in place. */
public final class FarFileSystem extends FilterFileSystem {
  private static final URI ROOT = URI.create("far:///");

  public FarFileSystem() {
    super(new RawLocalFileSystem());
  }

  static Configuration configuration() {
    Configuration configuration = new Configuration(false);
    configuration.setClass(
        "fs.far.impl", FarFileSystem.class, org.apache.hadoop.fs.FileSystem.class);
    configuration.setBoolean("fs.far.impl.disable.cache", true);
    return configuration;
  }

  static Path path(java.nio.file.Path local) {
    return new Path("far://" + local.toAbsolutePath());
  }

  @Override
  public String getScheme() {
    return "far";
  }

  @Override
  public URI getUri() {
    return ROOT;
  }

  @Override
  protected void checkPath(Path path) {
    if (!"far".equals(path.toUri().getScheme())) {
      throw new IllegalArgumentException(path + " is not far");
    }
  }

  @Override
  public org.apache.hadoop.fs.FSDataInputStream open(Path path, int bufferBytes)
      throws java.io.IOException {
    return fs.open(new Path(path.toUri().getPath()), bufferBytes);
  }
}
