package io.trireme.common.transport.aeron;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.aeron.protocol.HeaderFlyweight;
import io.aeron.protocol.SetupFlyweight;
import io.trireme.common.transport.Endpoint;
import io.trireme.common.transport.Inbound;
import io.trireme.common.transport.Outbound;
import io.trireme.common.transport.Outbound.Offer;
import io.trireme.common.wire.Frames;
import java.io.IOException;
import java.net.BindException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(600)
class AeronHostTest {

  private static final int TERM = 1 << 20;
  private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(30);
  private static final int ETHERNET_MTU = 1408;
  private static final int JUMBO_MTU = 8192;

  @TempDir Path temp;
  private final List<AutoCloseable> opened = new ArrayList<>();
  private final Queue<Throwable> errors = new ConcurrentLinkedQueue<>();

  @AfterEach
  void closeInReverse() throws Exception {
    for (int i = opened.size() - 1; i >= 0; i--) {
      opened.get(i).close();
    }
    assertThat(errors).isEmpty();
  }

  private <T extends AutoCloseable> T keep(T resource) {
    opened.add(resource);
    return resource;
  }

  private AeronHost host(String name) {
    return host(name, "127.0.0.1", 0, 0, JUMBO_MTU);
  }

  private AeronHost host(String name, String address, int portFrom, int portTo, int mtu) {
    return keep(AeronHost.start(settings(name, address, portFrom, portTo, mtu), errors::add));
  }

  private AeronHost.Settings settings(
      String name, String address, int portFrom, int portTo, int mtu) {
    return new AeronHost.Settings(
        address, portFrom, portTo, temp.resolve(name).toFile(), TERM, mtu, 8, TIMEOUT_NS);
  }

  @Test
  void framesOfEverySizeArriveInOrderThroughSharedMemory() {
    AeronHost host = host("one");
    Inbound inbound = keep(host.listen());
    assertDelivers(keep(host.connect(inbound.endpoint())), inbound, sizes());
  }

  @Test
  void framesOfEverySizeArriveInOrderOverUdp() {
    AeronHost receiver = host("receiver");
    AeronHost sender = host("sender");
    Inbound inbound = keep(receiver.listen());
    assertDelivers(keep(sender.connect(inbound.endpoint())), inbound, sizes());
  }

  /** The sender goes by another name, so that it takes the receiver for another host. */
  @Test
  void framesAreCutIntoSmallDatagramsAndPutTogether() {
    AeronHost receiver = host("receiver", "127.0.0.1", 0, 0, ETHERNET_MTU);
    AeronHost sender = host("sender", "localhost", 0, 0, ETHERNET_MTU);
    Inbound inbound = keep(receiver.listen());
    assertDelivers(keep(sender.connect(inbound.endpoint())), inbound, sizes());
  }

  @Test
  void datagramsToOtherHostsAreOfTheGivenSizeAndThoseToItselfAsLongAsCanBe() throws Exception {
    try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"))) {
      Endpoint endpoint = new Endpoint("127.0.0.1", socket.getLocalPort(), "other", 5);
      Outbound away = keep(host("away", "localhost", 0, 0, ETHERNET_MTU).connect(endpoint));
      assertThat(announcedMtu(socket)).isEqualTo(ETHERNET_MTU);
      away.close();
      Outbound home = keep(host("home", "127.0.0.1", 0, 0, ETHERNET_MTU).connect(endpoint));
      int mtu = announcedMtu(socket);
      while (mtu == ETHERNET_MTU) {
        mtu = announcedMtu(socket); // of the first session, still under way
      }
      assertThat(mtu).isEqualTo(65_504);
      home.close();
    }
  }

  /** The datagram size in the next setup frame. */
  private static int announcedMtu(DatagramSocket socket) throws IOException {
    socket.setSoTimeout(10_000);
    UnsafeBuffer bytes = new UnsafeBuffer(new byte[2048]);
    SetupFlyweight setup = new SetupFlyweight(bytes);
    do {
      socket.receive(new DatagramPacket(bytes.byteArray(), bytes.capacity()));
    } while (setup.headerType() != HeaderFlyweight.HDR_TYPE_SETUP);
    return setup.mtuLength();
  }

  /**
   * A process that stood still: when it runs again, either of its threads may be the first to see
   * what time it is.
   */
  @ParameterizedTest
  @CsvSource({"12, true", "12, false", "40, true", "40, false"})
  void pauseOfTheProcessEndsNoSession(int seconds, boolean clientWakesFirst) {
    PausedClock ofDriver = new PausedClock();
    PausedClock ofClient = new PausedClock();
    AeronHost paused =
        keep(
            AeronHost.start(
                settings("paused", "127.0.0.1", 0, 0, JUMBO_MTU), errors::add, ofDriver, ofClient));
    Inbound inbound = keep(paused.listen());
    Outbound outbound = keep(paused.connect(inbound.endpoint()));
    Inbound elsewhere = keep(host("other").listen());
    Outbound away = keep(paused.connect(elsewhere.endpoint()));
    assertDelivers(outbound, inbound, sizes());
    assertDelivers(away, elsewhere, sizes());
    PausedClock first = clientWakesFirst ? ofClient : ofDriver;
    first.wake(seconds);
    first.awaitLooks();
    PausedClock second = clientWakesFirst ? ofDriver : ofClient;
    second.wake(seconds);
    second.awaitLooks();
    first.awaitLooks();
    assertDelivers(outbound, inbound, sizes());
    assertDelivers(away, elsewhere, sizes());
    assertDelivers(keep(paused.connect(inbound.endpoint())), inbound, sizes());
  }

  /** A clock that jumps, and counts how often it was read since. */
  private final class PausedClock implements NanoClock {
    private final AtomicLong lookedAt = new AtomicLong();
    private final AtomicLong pausedNs = new AtomicLong();

    void wake(int seconds) {
      pausedNs.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
    }

    /** Until all that goes by this clock has seen what time it is. */
    void awaitLooks() {
      long before = lookedAt.get();
      while (lookedAt.get() < before + 20 && errors.isEmpty()) {
        Thread.onSpinWait();
      }
    }

    @Override
    public long nanoTime() {
      lookedAt.incrementAndGet();
      return System.nanoTime() + pausedNs.get();
    }
  }

  @Test
  void streamsOfOneHostShareItsPortAndStayApart() {
    AeronHost receiver = host("receiver");
    AeronHost sender = host("sender");
    Inbound first = keep(receiver.listen());
    Inbound second = keep(receiver.listen());
    assertThat(first.endpoint().port()).isEqualTo(second.endpoint().port());
    assertThat(first.endpoint().streamId()).isNotEqualTo(second.endpoint().streamId());
    assertThat(first.endpoint().port()).isEqualTo(receiver.port()).isPositive();
    Outbound toFirst = keep(sender.connect(first.endpoint()));
    Outbound toSecond = keep(receiver.connect(second.endpoint()));
    assertDelivers(toFirst, first, new int[] {10, 20});
    assertDelivers(toSecond, second, new int[] {30});
    assertThat(first.poll((buffer, offset, length) -> {}, 10)).isZero();
  }

  @Test
  void severalSendersReachOneReceiver() {
    AeronHost receiver = host("receiver");
    AeronHost sender = host("sender");
    Inbound inbound = keep(receiver.listen());
    for (int i = 0; i < 3; i++) {
      Outbound outbound = keep((i % 2 == 0 ? sender : receiver).connect(inbound.endpoint()));
      assertDelivers(outbound, inbound, new int[] {100 + i, Frames.MAX_FRAME_BYTES});
    }
  }

  @Test
  void fullSessionPushesBackAndDeliversOnceItIsRead() {
    AeronHost receiver = host("receiver");
    AeronHost sender = host("sender");
    for (AeronHost from : List.of(receiver, sender)) {
      Inbound inbound = keep(receiver.listen());
      Outbound outbound = keep(from.connect(inbound.endpoint()));
      int sent = 0;
      Offer offer = Offer.NOT_CONNECTED;
      while (offer != Offer.BACK_PRESSURED || sent == 0) {
        offer = outbound.offer(frame(sent, 60_000), 0, 60_000);
        sent += offer == Offer.SENT ? 1 : 0;
        assertThat(sent).isLessThan(1000);
        giveWay();
      }
      int[] received = {0};
      while (received[0] < sent) {
        poll(
            inbound,
            (buffer, offset, length) ->
                assertSame(buffer, offset, length, frame(received[0]++, 60_000)));
      }
      assertDelivers(outbound, inbound, new int[] {5, 60_000});
    }
  }

  @Test
  void nobodyListensMeansNotConnected() {
    AeronHost host = host("one");
    Endpoint nobody = new Endpoint("127.0.0.1", host.port(), "other", 4711);
    Outbound outbound = keep(host.connect(nobody));
    assertThat(outbound.offer(frame(1, 8), 0, 8)).isEqualTo(Offer.NOT_CONNECTED);
  }

  @Test
  void receiverThatIsGoneMeansNotConnected() {
    AeronHost host = host("one");
    Inbound inbound = host.listen();
    Outbound outbound = keep(host.connect(inbound.endpoint()));
    assertDelivers(outbound, inbound, new int[] {8});
    inbound.close();
    Offer offer = Offer.SENT;
    while (offer != Offer.NOT_CONNECTED) {
      offer = outbound.offer(frame(1, 8), 0, 8);
      giveWay();
    }
  }

  @Test
  void whatAReceiverThrowsReachesTheOneWhoPolls() {
    AeronHost host = host("one");
    Inbound inbound = keep(host.listen());
    Outbound outbound = keep(host.connect(inbound.endpoint()));
    while (outbound.offer(frame(1, 8), 0, 8) != Offer.SENT) {
      giveWay();
    }
    assertThatThrownBy(
            () -> {
              while (true) {
                poll(
                    inbound,
                    (buffer, offset, length) -> {
                      throw new IllegalStateException("bad frame");
                    });
              }
            })
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("bad frame");
  }

  @Test
  void portIsWithinTheRangeAndTakenOnesArePassedOver() throws Exception {
    int[] free = neighbouringPorts(2);
    AeronHost first = host("first", "127.0.0.1", free[0], free[1], JUMBO_MTU);
    AeronHost second = host("second", "127.0.0.1", free[0], free[1], JUMBO_MTU);
    assertThat(List.of(first.port(), second.port())).containsExactlyInAnyOrder(free[0], free[1]);
    errors.clear(); // the driver also reports the port that it could not bind
  }

  @Test
  void rangeWithoutAFreePortIsAClearErrorAndLeavesNothing() throws Exception {
    try (DatagramSocket taken = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"))) {
      int port = taken.getLocalPort();
      AeronHost.Settings settings = settings("none", "127.0.0.1", port, port, JUMBO_MTU);
      assertThatThrownBy(() -> AeronHost.start(settings, errors::add))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("no UDP port of 127.0.0.1 from " + port + " to " + port)
          .hasMessageContaining("transport.ports")
          .hasCauseInstanceOf(RuntimeException.class);
    }
    assertThat(temp.resolve("none")).doesNotExist();
    errors.clear();
  }

  @Test
  void closingRemovesTheFolderAndMayBeRepeated() {
    AeronHost host = host("one");
    assertThat(host.folder()).isDirectory();
    assertThat(host.folder().getParentFile()).isEqualTo(temp.toFile());
    Inbound inbound = host.listen();
    Outbound outbound = host.connect(inbound.endpoint());
    host.close();
    assertThat(host.folder()).doesNotExist();
    host.close();
    inbound.close();
    outbound.close();
    assertThat(host.folder()).doesNotExist();
  }

  @Test
  void hostsDoNotDisturbEachOther() {
    AeronHost stays = host("stays");
    Inbound inbound = keep(stays.listen());
    Outbound outbound = keep(stays.connect(inbound.endpoint()));
    AeronHost goes = host("goes");
    Inbound other = goes.listen();
    Outbound between = keep(stays.connect(other.endpoint()));
    assertDelivers(between, other, new int[] {100});
    goes.close();
    assertThat(goes.folder()).doesNotExist();
    assertDelivers(outbound, inbound, new int[] {1, Frames.MAX_FRAME_BYTES});
    assertThat(stays.folder()).isDirectory();
  }

  private static int[] sizes() {
    return new int[] {
      1,
      2,
      31,
      32,
      33,
      1000,
      1376,
      1377,
      8160,
      8161,
      65_000,
      Frames.MAX_FRAME_BYTES - 1,
      Frames.MAX_FRAME_BYTES,
      7,
      4096
    };
  }

  /** Sends while it receives, and expects each frame, in order, and no other. */
  private static void assertDelivers(Outbound outbound, Inbound inbound, int[] lengths) {
    Queue<UnsafeBuffer> expected = new ArrayDeque<>();
    Inbound.FrameHandler check =
        (buffer, offset, length) -> assertSame(buffer, offset, length, expected.remove());
    for (int i = 0; i < lengths.length; i++) {
      UnsafeBuffer frame = frame(i, lengths[i]);
      expected.add(frame);
      while (outbound.offer(frame, 0, lengths[i]) != Offer.SENT) {
        poll(inbound, check);
      }
    }
    while (!expected.isEmpty()) {
      poll(inbound, check);
    }
  }

  private static void poll(Inbound inbound, Inbound.FrameHandler handler) {
    assertThat(inbound.poll(handler, 16)).isNotNegative();
    giveWay();
  }

  /** Lets the media driver run; ends the loop when the test's time is over. */
  private static void giveWay() {
    assertThat(Thread.currentThread().isInterrupted()).as("out of time").isFalse();
    Thread.yield();
  }

  private static void assertSame(
      DirectBuffer buffer, int offset, int length, UnsafeBuffer expected) {
    assertThat(length).isEqualTo(expected.capacity());
    byte[] bytes = new byte[length];
    buffer.getBytes(offset, bytes);
    assertThat(bytes).isEqualTo(expected.byteArray());
  }

  private static UnsafeBuffer frame(int seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return new UnsafeBuffer(bytes);
  }

  /** Ports that were free a moment ago. */
  private static int[] neighbouringPorts(int count) throws Exception {
    for (int attempt = 0; attempt < 100; attempt++) {
      List<DatagramSocket> sockets = new ArrayList<>();
      try {
        DatagramSocket first = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"));
        sockets.add(first);
        int[] ports = new int[count];
        ports[0] = first.getLocalPort();
        for (int i = 1; i < count; i++) {
          ports[i] = ports[0] + i;
          sockets.add(new DatagramSocket(new InetSocketAddress("127.0.0.1", ports[i])));
        }
        return ports;
      } catch (BindException | IllegalArgumentException e) {
        assertThat(attempt).as("attempts to find free ports: %s", e).isLessThan(99);
      } finally {
        sockets.forEach(DatagramSocket::close);
      }
    }
    throw new AssertionError("unreachable");
  }
}
