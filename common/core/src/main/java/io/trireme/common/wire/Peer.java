package io.trireme.common.wire;

/**
 * One life of one worker or server. A message from any other life of the same peer is refused.
 *
 * @param id {@link #serverId} or {@link #workerId} of the peer's index
 * @param incarnation a random number that no other life of the peer has
 */
public record Peer(int id, long incarnation) {

  private static final int WORKER_BIT = 1 << 16;

  /** The id of the server with this index. */
  public static int serverId(int index) {
    return index;
  }

  /** The id of the worker with this index. */
  public static int workerId(int index) {
    return WORKER_BIT | index;
  }

  /** One life of a server. */
  public static Peer server(int index, long incarnation) {
    return new Peer(serverId(index), incarnation);
  }

  /** One life of a worker. */
  public static Peer worker(int index, long incarnation) {
    return new Peer(workerId(index), incarnation);
  }

  /** The worker's or server's index. */
  public int index() {
    return indexOf(id);
  }

  /** The index of the worker or server with this id. */
  public static int indexOf(int id) {
    return id & ~WORKER_BIT;
  }

  /** Whether the peer is a worker. */
  public boolean isWorker() {
    return (id & WORKER_BIT) != 0;
  }

  @Override
  public String toString() {
    return (isWorker() ? "worker " : "server ") + index();
  }
}
