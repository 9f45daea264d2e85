package io.trireme.common.transport.aeron;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RoomTest {

  private static final int TERM = 1 << 20;

  private final AtomicLong free = new AtomicLong();
  private final AtomicLong now = new AtomicLong();
  private final Room room = new Room(new File("/some/folder"), free::get, TERM, now::get);

  @Test
  void aLackThatEndsSoonIsNoError() {
    assertThat(room.isThere()).isFalse();
    now.addAndGet(TimeUnit.SECONDS.toNanos(5));
    free.set(AeronMemory.sessionBytes(TERM));
    assertThat(room.isThere()).isTrue();
    now.addAndGet(TimeUnit.HOURS.toNanos(1));
    free.set(0);
    assertThat(room.isThere()).isFalse();
  }

  @Test
  void lacksThatAreFarApartAreNotOne() {
    assertThat(room.isThere()).isFalse();
    now.addAndGet(TimeUnit.HOURS.toNanos(1));
    assertThat(room.isThere()).isFalse();
    now.addAndGet(TimeUnit.SECONDS.toNanos(1));
    assertThat(room.isThere()).isFalse();
  }

  @Test
  void aLackThatStaysSaysWhatIsMissingWhereAndWhatToDo() {
    free.set(2 << 20);
    for (int second = 0; second <= 20; second++) {
      assertThat(room.isThere()).isFalse();
      now.addAndGet(TimeUnit.SECONDS.toNanos(1));
    }
    assertThatThrownBy(room::isThere)
        .isInstanceOf(NoRoomException.class)
        .hasMessageContaining("no room for one more session in /some/folder")
        .hasMessageContaining("it takes 4 MiB, and 2 MiB are free")
        .hasMessageContaining("transport.termLength");
  }
}
