package io.trireme.common.transport.aeron;

import io.aeron.driver.MediaDriver;
import io.aeron.driver.ext.CubicCongestionControlSupplier;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.util.concurrent.TimeUnit;

/**
 * How datagrams flow when many senders push to one receiver: windows that shrink where datagrams
 * are lost, buffers that hold the windows, and what was lost asked for again no sooner than it can
 * have come. Aeron asks for it every 0.1 ms otherwise and sends it every 10 ms, and where a queue
 * on the way is longer than that, nearly all that arrives has arrived before.
 */
public final class UdpFlow {

  /** The largest window of a session: two of the longest frames. */
  private static final int WINDOW_BYTES = 128 << 10;

  private static final int LARGEST_RECEIVE_BUFFER_BYTES = 4 << 20;
  private static final int SEND_BUFFER_BYTES = 512 << 10;

  private static final long ASK_NS = TimeUnit.MICROSECONDS.toNanos(200);

  /** Longer than full queues of switches delay a datagram, both ways together. */
  private static final long ASK_AGAIN_NS = TimeUnit.MILLISECONDS.toNanos(60);

  private UdpFlow() {}

  /**
   * The socket buffer in which a host receives from all its peers.
   *
   * @param members members of the job at the most
   */
  public static int wantedReceiveBufferBytes(int members) {
    return (int)
        Math.min(LARGEST_RECEIVE_BUFFER_BYTES, 2L * WINDOW_BYTES + (long) members * WINDOW_BYTES);
  }

  /**
   * What this host's kernel grants of a receive buffer; less than wanted where {@code
   * net.core.rmem_max} is smaller.
   */
  public static int grantedReceiveBufferBytes(int members) {
    return granted(StandardSocketOptions.SO_RCVBUF, wantedReceiveBufferBytes(members));
  }

  static MediaDriver.Context applyTo(MediaDriver.Context context, int members) {
    int receive = grantedReceiveBufferBytes(members);
    return context
        .socketRcvbufLength(receive)
        .socketSndbufLength(granted(StandardSocketOptions.SO_SNDBUF, SEND_BUFFER_BYTES))
        .initialWindowLength(Math.min(WINDOW_BYTES, receive))
        .congestControlSupplier(new CubicCongestionControlSupplier())
        .nakUnicastDelayNs(ASK_NS)
        .nakUnicastRetryDelayRatio(ASK_AGAIN_NS / ASK_NS)
        .retransmitUnicastLingerNs(ASK_AGAIN_NS);
  }

  private static int granted(SocketOption<Integer> option, int wantedBytes) {
    try (DatagramChannel probe = DatagramChannel.open()) {
      probe.setOption(option, wantedBytes);
      return Math.min(wantedBytes, probe.getOption(option));
    } catch (IOException e) {
      throw new UncheckedIOException("no UDP socket can be opened", e);
    }
  }
}
