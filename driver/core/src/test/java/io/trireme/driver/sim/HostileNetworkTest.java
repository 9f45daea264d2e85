package io.trireme.driver.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.aeron.protocol.DataHeaderFlyweight;
import io.aeron.protocol.SetupFlyweight;
import io.trireme.common.slots.SlotPlan;
import io.trireme.common.transport.Endpoint;
import io.trireme.common.transport.Outbound;
import io.trireme.common.transport.aeron.AeronHost;
import io.trireme.common.wire.FrameOpener;
import io.trireme.common.wire.FrameSealer;
import io.trireme.common.wire.Frames;
import io.trireme.common.wire.JobKey;
import io.trireme.common.wire.Peer;
import io.trireme.common.wire.Rejection;
import io.trireme.common.wire.Rejections;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A network that says anything to live servers: more than a million frames and datagrams, by seed,
 * beside a job that must not notice.
 */
@Timeout(1200)
class HostileNetworkTest {

  private static final long SEED = 20_261;
  private static final int STEPS = 120;
  private static final int FRAMES_A_STEP = 500;
  private static final int DATAGRAMS_A_STEP = 2_000;
  private static final int SETUPS = 2_000;
  private static final int MESSAGES = 1_000_000;
  private static final int FRAMES_TO_ONE = 100_000;
  private static final long SLACK_BYTES = 1 << 20;

  @TempDir Path folder;

  @Test
  void trainingBesideAHostileNetworkIsUndisturbed() throws Exception {
    Oracle oracle = new Oracle(Jobs.PLAN, new SlotPlan(640, 8, 5), STEPS, 3.0, false);
    try (LiveJob job = new LiveJob(oracle, folder);
        AeronHost attacker = job.host(folder.resolve("attacker"));
        DatagramChannel udp = DatagramChannel.open()) {
      HostileFrames frames =
          new HostileFrames(
              SEED, job.key, LiveJob.GENERATION, job.workers.get(0).self, job.serverPeers().get(0));
      Raw raw = new Raw(udp, frames, new SplittableRandom(SEED));
      List<Endpoint> targets = job.serverEndpoints();
      List<Outbound> sessions = targets.stream().map(attacker::connect).toList();
      job.permits.release(20 * LiveJob.MEMBERS);
      List<byte[]> overheard = overheard(job);
      long direct = pool("direct");
      long sent = 0;
      for (int step = 20; step <= STEPS; step++) {
        for (int i = 0; i < FRAMES_A_STEP; i++) {
          byte[] good = overheard.get((int) (sent % overheard.size()));
          send(job, sessions.get((int) (sent % sessions.size())), frames.next(good));
          sent++;
        }
        raw.send(targets.get(step % targets.size()), DATAGRAMS_A_STEP);
        overheard.addAll(fresh(job));
        job.permits.release(LiveJob.MEMBERS);
      }
      long all = sent;
      Awaitility.await()
          .atMost(LiveJob.LIMIT)
          .failFast(() -> !job.errors.isEmpty())
          .untilAsserted(
              () ->
                  assertThat(job.dropped().values().stream().mapToLong(Long::longValue).sum())
                      .isEqualTo(all));
      job.awaitEnd();
      assertThat(job.isBroken()).isFalse();
      assertThat(job.dropped().keySet())
          .contains(
              Rejection.MALFORMED,
              Rejection.UNKNOWN_SENDER,
              Rejection.WRONG_INCARNATION,
              Rejection.REPLAYED,
              Rejection.NOT_AUTHENTIC);
      for (LiveWorker worker : job.workers) {
        for (int i = 0; i < oracle.length; i++) {
          assertThat(worker.parameters.getFloat(i * Float.BYTES))
              .isEqualTo(oracle.parameters.get(STEPS)[i]);
        }
      }
      assertThat(pool("direct")).as("direct memory").isLessThan(direct + SLACK_BYTES);
      for (Path host : job.folders) {
        assertThat(logs(host)).as("sessions").isLessThan(100);
      }
      sessions.forEach(Outbound::close);
      assertThat(raw.sent).isGreaterThan(200_000);
      assertThat(job.complaints.sum()).as("what media drivers saw of it").isPositive();
    }
  }

  private static List<byte[]> overheard(LiveJob job) {
    List<byte[]> all = new ArrayList<>();
    Awaitility.await()
        .atMost(LiveJob.LIMIT)
        .failFast(() -> !job.errors.isEmpty())
        .until(
            () -> {
              all.addAll(fresh(job));
              return all.size() >= 20;
            });
    return all;
  }

  private static List<byte[]> fresh(LiveJob job) {
    List<byte[]> fresh = new ArrayList<>();
    for (LiveWorker worker : job.workers) {
      for (LiveWorker.Overheard one = worker.overheard.poll();
          one != null;
          one = worker.overheard.poll()) {
        fresh.add(one.frame());
      }
    }
    return fresh;
  }

  private static void send(LiveJob job, Outbound session, byte[] frame) {
    UnsafeBuffer buffer = new UnsafeBuffer(frame);
    while (session.offer(buffer, 0, frame.length) != Outbound.Offer.SENT) {
      assertThat(job.errors).isEmpty();
      assertThat(Thread.currentThread().isInterrupted()).as("out of time").isFalse();
      Thread.yield();
    }
  }

  private static long pool(String name) {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals(name))
        .mapToLong(BufferPoolMXBean::getMemoryUsed)
        .sum();
  }

  private static long logs(Path host) throws IOException {
    try (Stream<Path> files = Files.walk(host)) {
      return files.filter(file -> file.toString().endsWith(".logbuffer")).count();
    }
  }

  /** Datagrams past any session: noise, and what looks like Aeron's own, by its headers. */
  private static final class Raw {
    private final DatagramChannel udp;
    private final HostileFrames frames;
    private final SplittableRandom random;
    private final ByteBuffer bytes = ByteBuffer.allocate(2_048);
    private int setups;
    private long sent;

    Raw(DatagramChannel udp, HostileFrames frames, SplittableRandom random) {
      this.udp = udp;
      this.frames = frames;
      this.random = random;
    }

    void send(Endpoint to, int count) throws IOException {
      InetSocketAddress address = new InetSocketAddress(to.host(), to.port());
      for (int i = 0; i < count; i++) {
        bytes.clear();
        switch (random.nextInt(4)) {
          case 0 -> bytes.put(frames.noise(1_500));
          case 1 -> bytes.put(data(to.streamId()));
          case 2 -> {
            byte[] data = data(random.nextInt());
            bytes.put(data, 0, random.nextInt(data.length));
          }
          default -> bytes.put(setups++ < SETUPS ? setup(to.streamId()) : data(to.streamId()));
        }
        udp.send(bytes.flip(), address);
        sent++;
      }
    }

    private byte[] data(int stream) {
      byte[] datagram = new byte[DataHeaderFlyweight.HEADER_LENGTH + random.nextInt(600)];
      random.nextBytes(datagram);
      DataHeaderFlyweight header = new DataHeaderFlyweight();
      header.wrap(datagram);
      header.sessionId(random.nextInt()).streamId(stream).termOffset(random.nextInt(1 << 16) * 32);
      header
          .frameLength(random.nextInt(4) == 0 ? random.nextInt() : datagram.length)
          .headerType(random.nextInt(8))
          .version((short) 0);
      return datagram;
    }

    private byte[] setup(int stream) {
      byte[] datagram = new byte[SetupFlyweight.HEADER_LENGTH];
      SetupFlyweight setup = new SetupFlyweight();
      setup.wrap(datagram);
      setup
          .sessionId(random.nextInt())
          .streamId(stream)
          .initialTermId(1)
          .activeTermId(1)
          .termOffset(0)
          .termLength(1 << 16)
          .mtuLength(1408);
      setup
          .frameLength(datagram.length)
          .headerType(SetupFlyweight.HDR_TYPE_SETUP)
          .version((short) 0);
      return datagram;
    }
  }

  @Test
  void aMillionHostileMessagesAtLiveServersChangeNothing() {
    Oracle oracle = new Oracle(Jobs.PLAN, new SlotPlan(640, 8, 5), STEPS, 3.0, false);
    Simulation simulation = new Simulation(Scenario.ofSessions(SEED, oracle, 0));
    HostileFrames hostile =
        new HostileFrames(
            SEED, new JobKey(new byte[JobKey.LENGTH]), 1_000, Peer.worker(0, 1), Peer.server(0, 1));
    attack(simulation, hostile);
    assertThat(simulation.run().failure()).isNull();
    assertThat(simulation.network.refused).isGreaterThanOrEqualTo(MESSAGES);
  }

  private static void attack(Simulation simulation, HostileFrames hostile) {
    if (simulation.network.refused < MESSAGES) {
      simulation.network.attack(hostile, 100);
      simulation.scheduler.at(
          simulation.scheduler.now() + Scheduler.MS / 10, () -> attack(simulation, hostile));
    }
  }

  @Test
  void honestFramesAmongHostileOnesAreOpenedInOrder() {
    JobKey key = new JobKey(new byte[JobKey.LENGTH]);
    Peer from = Peer.worker(0, 5);
    Peer to = Peer.server(0, 6);
    Rejections rejections = new Rejections();
    FrameOpener opener = new FrameOpener(key, 1, to, List.of(from), rejections);
    FrameSealer sealer = new FrameSealer(key, 1, from, to);
    HostileFrames hostile = new HostileFrames(SEED, key, 1, from, to);
    byte[] arrived = new byte[0];
    int honest = 0;
    for (int i = 0; i < FRAMES_TO_ONE; i++) {
      if (i % 1_000 == 0) {
        sealer.message().putInt(0, i);
        arrived = new byte[sealer.seal(Integer.BYTES + i / 10_000)];
        sealer.frame().getBytes(0, arrived);
        assertThat(opener.open(new UnsafeBuffer(arrived), 0, arrived.length)).isPositive();
        assertThat(opener.message().getInt(0)).isEqualTo(i);
        honest++;
      }
      byte[] frame = hostile.next(arrived);
      int length = Math.min(frame.length, Frames.MAX_FRAME_BYTES);
      if (opener.open(new UnsafeBuffer(frame), 0, length) >= 0) {
        throw new AssertionError("frame " + i + " was taken: " + Arrays.toString(frame));
      }
    }
    assertThat(honest).isEqualTo(FRAMES_TO_ONE / 1_000);
    assertThat(opener.hasGap()).isFalse();
    Map<Rejection, Long> counted = rejections.counted();
    assertThat(counted.values().stream().mapToLong(Long::longValue).sum()).isEqualTo(FRAMES_TO_ONE);
    assertThat(counted).hasSize(5);
  }
}
