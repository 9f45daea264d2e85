import io.trireme.common.transport.Endpoint;
import io.trireme.common.transport.Inbound;
import io.trireme.common.transport.Outbound;
import io.trireme.common.transport.aeron.AeronHost;
import io.trireme.common.wire.Frames;
import java.io.File;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Many senders into one receiver, as workers push gradients to a server, over the transport of
 * Trireme and nothing else. deploy/test/hosts.sh runs it in network namespaces.
 */
public final class Incast {

  private static final int TERM = 1 << 20;
  private static final int FRAME = Frames.MAX_FRAME_BYTES;
  private static final long WARM_UP_NS = TimeUnit.SECONDS.toNanos(3);

  private Incast() {}

  /**
   * receive ADDRESS MTU SENDERS SECONDS, which prints its endpoint and then bytes a second; or send
   * ADDRESS MTU SENDERS SECONDS SENDERS-HERE HOST PORT DRIVER STREAM.
   */
  public static void main(String[] arguments) throws Exception {
    int senders = Integer.parseInt(arguments[3]);
    File folder = new File(System.getProperty("incast.folder"));
    long ns = TimeUnit.SECONDS.toNanos(Long.parseLong(arguments[4]));
    AeronHost.Settings settings =
        new AeronHost.Settings(
            arguments[1], 0, 0, folder, TERM, Integer.parseInt(arguments[2]), senders + 1, TimeUnit.MINUTES.toNanos(1));
    try (AeronHost host = AeronHost.start(settings, Throwable::printStackTrace)) {
      if (arguments[0].equals("receive")) {
        receive(host, ns);
      } else {
        Endpoint to =
            new Endpoint(
                arguments[6],
                Integer.parseInt(arguments[7]),
                arguments[8],
                Integer.parseInt(arguments[9]));
        send(host, to, Integer.parseInt(arguments[5]), ns);
      }
    }
  }

  /** Counts from three seconds after the first frame. */
  private static void receive(AeronHost host, long ns) {
    try (Inbound inbound = host.listen()) {
      Endpoint at = inbound.endpoint();
      System.out.println(
          "at " + at.host() + " " + at.port() + " " + at.mediaDriver() + " " + at.streamId());
      long[] bytes = {0};
      Inbound.FrameHandler count = (buffer, offset, length) -> bytes[0] += length;
      while (bytes[0] == 0) {
        pause(inbound.poll(count, 64));
      }
      long start = System.nanoTime();
      while (System.nanoTime() - start < WARM_UP_NS) {
        pause(inbound.poll(count, 64));
      }
      bytes[0] = 0;
      start = System.nanoTime();
      while (System.nanoTime() - start < ns) {
        pause(inbound.poll(count, 64));
      }
      double seconds = (System.nanoTime() - start) * 1e-9;
      System.out.printf(Locale.ROOT, "goodput %.0f%n", bytes[0] / seconds);
    }
  }

  private static void send(AeronHost host, Endpoint to, int count, long ns) {
    List<Outbound> sessions = new ArrayList<>();
    UnsafeBuffer frame = new UnsafeBuffer(new byte[FRAME]);
    for (int i = 0; i < count; i++) {
      sessions.add(host.connect(to));
    }
    long end = System.nanoTime() + ns + 4 * WARM_UP_NS;
    while (System.nanoTime() < end) {
      int sent = 0;
      for (Outbound session : sessions) {
        sent += session.offer(frame, 0, FRAME) == Outbound.Offer.SENT ? 1 : 0;
      }
      pause(sent);
    }
    sessions.forEach(Outbound::close);
  }

  private static void pause(int work) {
    if (work == 0) {
      LockSupport.parkNanos(100_000);
    }
  }
}
