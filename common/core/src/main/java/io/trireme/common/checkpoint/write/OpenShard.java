package io.trireme.common.checkpoint.write;

import io.trireme.common.checkpoint.Section;
import io.trireme.common.message.ShardReport.SlotShare;
import io.trireme.common.wire.Peer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The copies of what one server or worker has at one step, from the first that is taken to the
 * last: their owner's thread puts them in while the writer's takes them out.
 */
public final class OpenShard implements Iterable<Section> {

  private final Peer owner;
  private final long step;
  private final @Nullable SlotShare slots;
  private final SnapshotPool pool;

  /** Some sections at a time; none for the end. */
  private final BlockingQueue<List<Section>> pieces = new LinkedBlockingQueue<>();

  OpenShard(Peer owner, long step, @Nullable SlotShare slots, SnapshotPool pool) {
    this.owner = owner;
    this.step = step;
    this.slots = slots;
    this.pool = pool;
  }

  Peer owner() {
    return owner;
  }

  /** The step that the copies are of. */
  public long step() {
    return step;
  }

  @Nullable SlotShare slots() {
    return slots;
  }

  /** Puts copies in, which are given back to the pool. */
  public void add(List<Section> copies) {
    if (!copies.isEmpty()) {
      pieces.add(copies);
    }
  }

  /** Nothing more comes. */
  public void end() {
    pieces.add(List.of());
  }

  /** Gives back what will not be written. */
  void drop() {
    for (List<Section> piece = pieces.poll(); piece != null; piece = pieces.poll()) {
      piece.forEach(this::giveBack);
    }
  }

  private void giveBack(@Nullable Section copy) {
    if (copy != null && copy.bytes() instanceof UnsafeBuffer bytes) {
      pool.giveBack(bytes);
    }
  }

  /** The sections as they come, once; waits for the next one, until the end. */
  @Override
  public Iterator<Section> iterator() {
    return new Iterator<>() {
      private final Deque<Section> ready = new ArrayDeque<>();
      private @Nullable Section given;
      private boolean over;

      @Override
      public boolean hasNext() {
        giveBack(given);
        given = null;
        if (ready.isEmpty() && !over) {
          fetch();
        }
        return !ready.isEmpty();
      }

      @Override
      public Section next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        Section next = ready.remove();
        given = next;
        return next;
      }

      private void fetch() {
        try {
          List<Section> piece = pieces.take();
          over = piece.isEmpty();
          ready.addAll(piece);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new IllegalStateException("stopped in the middle of step " + step, e);
        }
      }
    };
  }
}
