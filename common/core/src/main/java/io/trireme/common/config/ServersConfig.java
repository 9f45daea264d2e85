package io.trireme.common.config;

/**
 * The parameter servers.
 *
 * @param count how many there are
 * @param replicas how many other servers hold a copy of each block, 0 or 1
 */
public record ServersConfig(int count, int replicas) {

  /** Servers without backups. */
  public static ServersConfig of(int count) {
    return new ServersConfig(count, Defaults.REPLICAS);
  }
}
