package io.trireme.driver.sim;

import io.trireme.common.transport.Endpoint;
import io.trireme.common.transport.Inbound;
import io.trireme.common.transport.Outbound;
import io.trireme.common.transport.Transport;
import io.trireme.common.wire.Frames;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Sessions between hosts: ordered and reliable as long as they live, with little room. They delay
 * frames, stand still while their hosts are cut off from each other, and lose what is under way
 * when they break.
 */
final class SimNetwork {

  private static final int ROOM = 6;
  private static final int REMEMBERED = 64;
  private static final int REPLAYED = 12;
  private static final Host STRANGER = new Host("stranger");

  /** A frame on its way; of a stranger's, also what it was made of. */
  private static final class Frame {
    final long arrivesNs;
    final byte[] bytes;
    final SimInbound to;
    final @Nullable Frame copied;
    boolean taken;

    Frame(long arrivesNs, byte[] bytes, SimInbound to, @Nullable Frame copied) {
      this.arrivesNs = arrivesNs;
      this.bytes = bytes;
      this.to = to;
      this.copied = copied;
    }

    /** Whether nobody may take it here: it is no frame that was on its way to here. */
    boolean isForged() {
      Frame original = copied;
      return original != null
          && (original.taken || original.to != to || !Arrays.equals(original.bytes, bytes));
    }
  }

  private final Scheduler scheduler;
  private final SplittableRandom random;
  private final Map<Integer, SimInbound> inbounds = new HashMap<>();
  private final Map<String, Long> cutUntilNs = new HashMap<>();

  /** Until when a machine is cut off from some other. */
  private final Map<String, Long> troubledUntilNs = new HashMap<>();

  private final List<Host> hosts = new ArrayList<>();
  private final List<Frame> remembered = new ArrayList<>();
  private int nextStream = 1;
  private long lastCutNs;
  private long slowestNs = 2 * Scheduler.MS;
  private long byteNs;

  /** Frames of attackers that were counted and dropped by those they were sent to. */
  long refused;

  SimNetwork(Scheduler scheduler, SplittableRandom random) {
    this.scheduler = scheduler;
    this.random = random;
  }

  /** What a life on a host sends and receives with. */
  Transport of(Host host, Arrivals arrivals, Turns turns) {
    return new Transport() {
      @Override
      public Inbound listen() {
        SimInbound inbound = new SimInbound(host, nextStream++, arrivals, turns);
        inbounds.put(inbound.stream, inbound);
        return inbound;
      }

      @Override
      public Outbound connect(Endpoint to) {
        Session session = new Session(host, inbounds.get(to.streamId()), turns);
        SimInbound target = session.to;
        if (target != null) {
          target.sessions.add(session);
        }
        return session;
      }
    };
  }

  /** Frames take up to this long from now on. */
  void slowest(long ns) {
    slowestNs = ns;
  }

  /** Every byte takes so long from now on, on every link. */
  void narrow(long ns) {
    byteNs = ns;
  }

  /** A new process on a machine; a cut of the machine is its trouble, too. */
  Host host(String name, String machine) {
    Host host = new Host(name, machine);
    hosts.add(host);
    long untilNs = troubledUntilNs.getOrDefault(machine, 0L);
    if (untilNs > scheduler.now()) {
      host.isTroubled(scheduler.now(), untilNs);
    }
    return host;
  }

  /** Nothing passes from one host's machine to the other's until then. */
  void cut(Host from, Host to, long untilNs) {
    lastCutNs = Math.max(lastCutNs, untilNs);
    cutUntilNs.put(from.machine + ">" + to.machine, untilNs);
    for (String machine : List.of(from.machine, to.machine)) {
      troubledUntilNs.merge(machine, untilNs, Math::max);
      hosts.stream()
          .filter(host -> host.machine.equals(machine))
          .forEach(host -> host.isTroubled(scheduler.now(), untilNs));
    }
  }

  boolean isCut(Host from, Host to) {
    return lastCutNs > scheduler.now()
        && !from.machine.equals(to.machine)
        && cutUntilNs.getOrDefault(from.machine + ">" + to.machine, 0L) > scheduler.now();
  }

  /** Sessions from one host to the other lose what is under way. */
  void breakSessions(Host from, Host to) {
    for (SimInbound inbound : inbounds.values()) {
      if (inbound.host == to) {
        for (Session session : inbound.sessions) {
          if (session.from == from) {
            session.frames.clear();
          }
        }
      }
    }
  }

  /** Sessions from one host to the other have a bit of what is under way wrong. */
  void corrupt(Host from, Host to) {
    for (SimInbound inbound : inbounds.values()) {
      for (Session session : inbound.sessions) {
        Frame frame = session.frames.peekLast();
        if (inbound.host == to && session.from == from && frame != null) {
          frame.bytes[random.nextInt(frame.bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
      }
    }
  }

  /** Puts frames that were sent at any time before into sessions to all. */
  void replay() {
    for (SimInbound inbound : inbounds.values()) {
      if (!inbound.closed && !remembered.isEmpty()) {
        Session stranger = new Session(STRANGER, inbound, inbound.turns);
        inbound.sessions.add(stranger);
        for (int i = 0; i < REPLAYED; i++) {
          Frame old = remembered.get(random.nextInt(remembered.size()));
          byte[] bytes = old.bytes.clone();
          if (random.nextInt(3) == 0) {
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
          }
          stranger.frames.add(new Frame(scheduler.now(), bytes, inbound, old));
        }
      }
    }
  }

  /** Has so many hostile frames wait for every server; they are made of what servers have taken. */
  void attack(HostileFrames hostile, int each) {
    for (SimInbound inbound : inbounds.values()) {
      if (!inbound.arrivals.self().isWorker() && !inbound.taken.isEmpty()) {
        if (!inbound.sessions.contains(inbound.attacker)) {
          inbound.sessions.add(inbound.attacker);
        }
        while (inbound.attacker.frames.size() < each) {
          byte[] good = inbound.taken.get(random.nextInt(inbound.taken.size()));
          byte[] frame = hostile.next(good);
          inbound.attacker.frames.add(
              new Frame(
                  scheduler.now(),
                  Arrays.copyOf(frame, Math.min(frame.length, Frames.MAX_FRAME_BYTES)),
                  inbound,
                  null));
        }
      }
    }
  }

  private void remember(Frame frame) {
    if (remembered.size() < REMEMBERED) {
      remembered.add(frame);
    } else if (random.nextInt(4) == 0) {
      remembered.set(random.nextInt(REMEMBERED), frame);
    }
  }

  private final class Session implements Outbound {
    final Host from;
    final @Nullable SimInbound to;
    final Turns sender;
    final ArrayDeque<Frame> frames = new ArrayDeque<>();
    boolean closed;

    Session(Host from, @Nullable SimInbound to, Turns sender) {
      this.from = from;
      this.to = to;
      this.sender = sender;
    }

    @Override
    public Offer offer(DirectBuffer frame, int offset, int length) {
      SimInbound target = to;
      if (target == null || target.closed || !target.host.alive) {
        return Offer.NOT_CONNECTED;
      }
      if (frames.size() >= ROOM) {
        return Offer.BACK_PRESSURED;
      }
      byte[] bytes = new byte[length];
      frame.getBytes(offset, bytes);
      Frame last = frames.peekLast();
      long arrives = scheduler.now() + random.nextLong(slowestNs);
      arrives = last == null ? arrives : Math.max(arrives, last.arrivesNs);
      Frame sent = new Frame(arrives + length * byteNs, bytes, target, null);
      frames.add(sent);
      remember(sent);
      target.turns.wake(sent.arrivesNs);
      return Offer.SENT;
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  private final class SimInbound implements Inbound {
    final Host host;
    final int stream;
    final List<Session> sessions = new ArrayList<>();
    private final Arrivals arrivals;
    private final Turns turns;
    private final Session attacker;
    private final List<byte[]> taken = new ArrayList<>();
    boolean closed;

    SimInbound(Host host, int stream, Arrivals arrivals, Turns turns) {
      this.host = host;
      this.stream = stream;
      this.arrivals = arrivals;
      this.turns = turns;
      attacker = new Session(new Host("attacker"), this, turns);
    }

    @Override
    public int poll(FrameHandler handler, int limit) {
      int polled = 0;
      int first = sessions.isEmpty() ? 0 : random.nextInt(sessions.size());
      for (int i = 0; i < sessions.size() && polled < limit; i++) {
        Session session = sessions.get((first + i) % sessions.size());
        if (session.from != host && isCut(session.from, host)) {
          continue;
        }
        int burst = 1 + random.nextInt(4);
        for (int j = 0; j < burst && polled < limit && !closed; j++) {
          Frame next = session.frames.peek();
          if (next == null || next.arrivesNs > scheduler.now()) {
            break;
          }
          if (session.frames.size() == ROOM) {
            session.sender.wake(scheduler.now());
          }
          session.frames.remove();
          boolean forged = session == attacker || next.isForged();
          long dropped = arrivals.dropped();
          handler.onFrame(new UnsafeBuffer(next.bytes), 0, next.bytes.length);
          if (arrivals.dropped() > dropped) {
            refused += session == attacker ? 1 : 0;
          } else if (forged) {
            throw new InvariantBroken(
                Invariant.STRANGERS_ARE_REFUSED, arrivals.self() + " takes a stranger's frame");
          } else {
            take(next);
          }
          polled++;
        }
      }
      return polled;
    }

    private void take(Frame frame) {
      frame.taken = true;
      arrivals.taken(frame.bytes);
      if (taken.size() < REMEMBERED) {
        taken.add(frame.bytes);
      }
    }

    @Override
    public Endpoint endpoint() {
      return new Endpoint(host.machine, 1, host.name, stream);
    }

    @Override
    public void close() {
      closed = true;
      inbounds.remove(stream);
    }
  }
}
