package io.trireme.driver.executor;

import java.nio.file.Path;

/** Folders on an executor's own disk. */
public final class LocalFolders {
  private LocalFolders() {}

  /** Where shards from other file systems are kept; shared by all runs of a user on the host. */
  public static Path dataCache() {
    return Path.of(
        System.getProperty("java.io.tmpdir"), "trireme-data-" + System.getProperty("user.name"));
  }
}
