package io.trireme.common.files;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;

/**
 * The local disk, where files and folders get what the umask of the process leaves, as those of any
 * other program. Hadoop's own gives them what its setting of that name leaves, 022 where nobody has
 * set it, and starts a program for each of them.
 */
final class UmaskFileSystem extends RawLocalFileSystem {
  private static final String KEY = FsPermission.UMASK_LABEL;
  private static final java.nio.file.Path STATUS = java.nio.file.Path.of("/proc/self/status");
  private static final String LINE = "Umask:";

  private UmaskFileSystem() {}

  /** Instead of Hadoop's; any other is left as it is. */
  static org.apache.hadoop.fs.FileSystem instead(LocalFileSystem local) {
    if (!local.getRaw().getClass().equals(RawLocalFileSystem.class)) {
      return local.getRaw();
    }
    return of(local, processUmask());
  }

  /** As {@link #instead}, with this umask, in octal digits, unless the configuration has one. */
  static UmaskFileSystem of(LocalFileSystem local, String umask) {
    Configuration conf = new Configuration(local.getConf());
    if (!isSet(conf)) {
      conf.set(KEY, umask);
    }
    UmaskFileSystem own = new UmaskFileSystem();
    try {
      own.initialize(local.getUri(), conf);
    } catch (IOException impossible) {
      throw new IllegalStateException("the local file system cannot be opened", impossible);
    }
    own.setWorkingDirectory(local.getWorkingDirectory());
    return own;
  }

  private static boolean isSet(Configuration conf) {
    String[] sources = conf.getPropertySources(KEY);
    return sources != null
        && sources.length > 0
        && !sources[sources.length - 1].endsWith("core-default.xml");
  }

  /** What Linux says of this process; elsewhere Hadoop's default. */
  private static String processUmask() {
    try {
      return Files.readAllLines(STATUS, StandardCharsets.ISO_8859_1).stream()
          .filter(line -> line.startsWith(LINE))
          .map(line -> line.substring(LINE.length()).strip())
          .findFirst()
          .orElse("022");
    } catch (IOException elsewhere) {
      return "022";
    }
  }

  @Override
  public void setPermission(Path path, FsPermission permission) throws IOException {
    Set<PosixFilePermission> allowed =
        PosixFilePermissions.fromString(
            permission.getUserAction().SYMBOL
                + permission.getGroupAction().SYMBOL
                + permission.getOtherAction().SYMBOL);
    Files.setPosixFilePermissions(pathToFile(path).toPath(), allowed);
  }
}
