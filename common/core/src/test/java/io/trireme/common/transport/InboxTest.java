package io.trireme.common.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(600)
class InboxTest {

  private final Ends ends = new Ends();
  private final Inbox inbox = new Inbox(ends);

  @Test
  void nothingIsThereBeforeTheFirstGeneration() {
    assertThat(inbox.sealed()).isZero();
    assertThat(inbox.endpoint()).isNull();
    assertThat(inbox.take(0)).isNull();
    assertThat(inbox.take(1)).isNull();
    assertThat(inbox.seal(0)).isFalse();
    assertThat(inbox.seal(-1)).isFalse();
    assertThat(ends.opened).isEmpty();
  }

  @Test
  void eachGenerationHasAnEndOfItsOwnThatIsHandedOutOnce() {
    assertThat(inbox.seal(1)).isTrue();
    assertThat(inbox.endpoint()).isEqualTo(ends.opened.get(0).endpoint());
    Inbound first = inbox.take(1);
    assertThat(first).isSameAs(ends.opened.get(0));
    assertThat(inbox.take(1)).isNull();
    assertThat(inbox.seal(2)).isTrue();
    assertThat(inbox.endpoint()).isEqualTo(ends.opened.get(1).endpoint());
    assertThat(ends.opened.get(0).closed).as("it belongs to who took it").isZero();
    assertThat(inbox.take(2)).isSameAs(ends.opened.get(1));
    assertThat(ends.opened.get(0).endpoint()).isNotEqualTo(ends.opened.get(1).endpoint());
  }

  @Test
  void generationsThatAreNotNewerOpenNothing() {
    assertThat(inbox.seal(3)).isTrue();
    assertThat(inbox.seal(3)).isFalse();
    assertThat(inbox.seal(2)).isFalse();
    assertThat(inbox.sealed()).isEqualTo(3);
    assertThat(inbox.take(2)).isNull();
    assertThat(inbox.take(4)).isNull();
    assertThat(ends.opened).singleElement().satisfies(end -> assertThat(end.closed).isZero());
    assertThat(inbox.take(3)).isNotNull();
    assertThat(inbox.seal(3)).as("nor when it was handed out").isFalse();
    assertThat(ends.opened).hasSize(1);
  }

  @Test
  void endsThatNobodyTookAreClosed() {
    assertThat(inbox.seal(1)).isTrue();
    assertThat(inbox.seal(2)).isTrue();
    assertThat(ends.closed()).containsExactly(1, 0);
    assertThat(inbox.take(1)).isNull();
    inbox.close();
    assertThat(ends.closed()).containsExactly(1, 1);
    inbox.close();
    assertThat(ends.closed()).containsExactly(1, 1);
  }

  @Test
  void whatIsClosedOpensNoMore() {
    assertThat(inbox.seal(1)).isTrue();
    Inbound taken = inbox.take(1);
    inbox.close();
    assertThat(ends.closed()).containsExactly(0);
    assertThat(inbox.seal(2)).isFalse();
    assertThat(inbox.take(1)).isNull();
    assertThat(taken).isNotNull();
    assertThat(ends.opened).hasSize(1);
  }

  @Test
  void endThatCannotBeOpenedLeavesTheGenerationUnsealed() {
    assertThat(inbox.seal(1)).isTrue();
    ends.full = true;
    assertThatThrownBy(() -> inbox.seal(2)).isInstanceOf(IllegalStateException.class);
    assertThat(inbox.sealed()).isEqualTo(1);
    ends.full = false;
    assertThat(inbox.seal(2)).isTrue();
    assertThat(ends.closed()).containsExactly(1, 0);
  }

  /** One thread seals while another takes: each end is used by one, or closed, and none twice. */
  @Test
  void sealingAndTakingAtTheSameTimeLosesNoEnd() throws InterruptedException, ExecutionException {
    int generations = 2_000;
    CyclicBarrier start = new CyclicBarrier(2);
    ExecutorService threads = Executors.newSingleThreadExecutor();
    List<Inbound> taken = new ArrayList<>();
    try {
      Future<?> sealing = threads.submit(() -> sealAll(start, generations));
      await(start);
      while (!sealing.isDone()) {
        take(taken);
      }
      sealing.get();
      take(taken);
    } finally {
      threads.shutdownNow();
    }
    inbox.close();
    assertThat(taken).doesNotHaveDuplicates();
    assertThat(ends.opened).hasSize(generations);
    for (End end : ends.opened) {
      assertThat(end.closed).isEqualTo(taken.contains(end) ? 0 : 1);
    }
  }

  private @Nullable Void sealAll(CyclicBarrier start, int generations) {
    await(start);
    for (int generation = 1; generation <= generations; generation++) {
      if (!inbox.seal(generation)) {
        throw new AssertionError("generation " + generation + " was not sealed for");
      }
    }
    return null;
  }

  private void take(List<Inbound> taken) {
    Inbound end = inbox.take(inbox.sealed());
    if (end != null) {
      taken.add(end);
    }
  }

  private static void await(CyclicBarrier start) {
    try {
      start.await();
    } catch (InterruptedException | BrokenBarrierException e) {
      throw new AssertionError("the other thread did not start", e);
    }
  }

  /** Opens ends that count how often they are closed. */
  private static final class Ends implements Transport {
    final List<End> opened = new ArrayList<>();
    boolean full;

    @Override
    public Inbound listen() {
      if (full) {
        throw new IllegalStateException("no stream is left");
      }
      End end = new End(opened.size());
      opened.add(end);
      return end;
    }

    @Override
    public Outbound connect(Endpoint to) {
      throw new AssertionError("an inbox sends nothing");
    }

    List<Integer> closed() {
      return opened.stream().map(end -> end.closed).toList();
    }
  }

  private static final class End implements Inbound {
    private final Endpoint endpoint;
    int closed;

    End(int stream) {
      endpoint = new Endpoint("host", 1, "driver", stream);
    }

    @Override
    public int poll(FrameHandler handler, int limit) {
      throw new AssertionError("an inbox reads nothing");
    }

    @Override
    public Endpoint endpoint() {
      return endpoint;
    }

    @Override
    public void close() {
      closed++;
    }
  }
}
