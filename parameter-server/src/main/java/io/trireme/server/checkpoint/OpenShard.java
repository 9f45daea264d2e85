package io.trireme.server.checkpoint;

import io.trireme.common.checkpoint.Section;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The copies of one server's groups at one step, from the first that is taken to the last: the
 * server's thread puts them in while the writer's takes them out.
 */
final class OpenShard implements Iterable<Section> {

  /** A group's copies; without any, the end. */
  private record Piece(int group, List<UnsafeBuffer> copies) {}

  private final long step;
  private final SnapshotPool pool;
  private final BlockingQueue<Piece> pieces = new LinkedBlockingQueue<>();

  OpenShard(long step, SnapshotPool pool) {
    this.step = step;
    this.pool = pool;
  }

  long step() {
    return step;
  }

  void add(int group, List<UnsafeBuffer> copies) {
    pieces.add(new Piece(group, copies));
  }

  /** Nothing more comes. */
  void end() {
    pieces.add(new Piece(-1, List.of()));
  }

  /** Gives back what nobody will write. */
  void drop() {
    for (Piece piece = pieces.poll(); piece != null; piece = pieces.poll()) {
      piece.copies().forEach(pool::giveBack);
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
        giveBack();
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

      private void giveBack() {
        Section done = given;
        given = null;
        if (done != null && done.bytes() instanceof UnsafeBuffer copy) {
          pool.giveBack(copy);
        }
      }

      private void fetch() {
        Piece piece;
        try {
          piece = pieces.take();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new IllegalStateException("stopped in the middle of step " + step, e);
        }
        over = piece.copies().isEmpty();
        if (!over) {
          DirectBuffer parameters = piece.copies().get(0);
          List<UnsafeBuffer> state = piece.copies().subList(1, piece.copies().size());
          ready.addAll(GroupSections.of(piece.group(), step, parameters, state));
        }
      }
    };
  }
}
