package io.trireme.common.transport.aeron;

import io.aeron.Aeron;
import io.aeron.ChannelUriStringBuilder;
import io.aeron.CommonContext;
import io.aeron.Subscription;
import io.aeron.driver.Configuration;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ReceiveChannelEndpointSupplier;
import io.aeron.driver.ThreadingMode;
import io.trireme.common.transport.Endpoint;
import io.trireme.common.transport.Inbound;
import io.trireme.common.transport.Outbound;
import io.trireme.common.transport.Transport;
import io.trireme.common.transport.TransportException;
import java.io.File;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.CloseHelper;
import org.agrona.ErrorHandler;
import org.agrona.IoUtil;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemEpochClock;
import org.agrona.concurrent.SystemNanoClock;
import org.jspecify.annotations.Nullable;

/**
 * One process's Aeron: an embedded media driver with a folder of its own, a client of it, and one
 * UDP port that all endpoints of the process share. Closing it closes all that was made with it and
 * removes the folder.
 */
public final class AeronHost implements Transport, AutoCloseable {

  private static final int ANCHOR_STREAM = 1;

  /** Names the receiving socket inside this media driver, so that all streams share it. */
  private static final String PORT_TAG = "1";

  private static final String SHARED_PORT =
      new ChannelUriStringBuilder().media(CommonContext.UDP_MEDIA).tags(PORT_TAG).build();

  private static final int LOCAL_MTU = 65_504;

  /** Closed sessions give back their memory soon, since the next generation's want it. */
  private static final long LINGER_NS = TimeUnit.SECONDS.toNanos(1);

  private static final long TIMERS_NS = TimeUnit.MILLISECONDS.toNanos(250);
  private static final long MAX_PARK_NS = TimeUnit.MICROSECONDS.toNanos(500);

  /**
   * What an {@link AeronHost} needs to know.
   *
   * @param host address to bind and to advertise
   * @param portFrom first UDP port to try; 0 for an ephemeral one
   * @param portTo last UDP port to try
   * @param folder the media driver's folder, on a memory file system where there is one; must not
   *     exist
   * @param termLengthBytes length of a session's terms
   * @param mtuLengthBytes largest datagram to other hosts
   * @param members members of the job at the most, each of which may send here
   * @param timeoutNs how long a peer may be silent before its job gives it up
   */
  public record Settings(
      String host,
      int portFrom,
      int portTo,
      File folder,
      int termLengthBytes,
      int mtuLengthBytes,
      int members,
      long timeoutNs) {}

  private final Settings settings;
  private final MediaDriver driver;
  private final Aeron aeron;
  private final Subscription anchor;
  private final int port;
  private final AtomicInteger nextStream = new AtomicInteger(ANCHOR_STREAM + 1);

  private AeronHost(
      Settings settings, MediaDriver driver, Aeron aeron, Subscription anchor, int port) {
    this.settings = settings;
    this.driver = driver;
    this.aeron = aeron;
    this.anchor = anchor;
    this.port = port;
  }

  /**
   * Starts the media driver and its client; errors that occur later on their threads go to the
   * handler.
   */
  public static AeronHost start(Settings settings, ErrorHandler errors) {
    return start(settings, errors, SystemNanoClock.INSTANCE, SystemNanoClock.INSTANCE);
  }

  /** The same, where media driver and client go by clocks of their own. */
  static AeronHost start(
      Settings settings, ErrorHandler errors, NanoClock driverClock, NanoClock clientClock) {
    Room.require(settings.folder(), AeronMemory.driverBytes(settings.members()));
    Patience patience = new Patience(settings.timeoutNs());
    SteadyClock ofDriver = new SteadyClock(SystemEpochClock.INSTANCE, driverClock);
    SteadyClock ofClient = new SteadyClock(SystemEpochClock.INSTANCE, clientClock);
    MediaDriver driver =
        launch(
            settings,
            patience.of(driverContext(settings, errors)).nanoClock(ofDriver).epochClock(ofDriver));
    @Nullable Aeron aeron = null;
    try {
      aeron =
          Aeron.connect(
              patience
                  .of(new Aeron.Context())
                  .nanoClock(ofClient)
                  .epochClock(ofClient)
                  .aeronDirectoryName(driver.aeronDirectoryName())
                  .resourceLingerDurationNs(LINGER_NS)
                  .errorHandler(errors)
                  .subscriberErrorHandler(AeronHost::rethrow));
      Subscription anchor = bind(aeron, settings);
      return new AeronHost(settings, driver, aeron, anchor, portOf(anchor));
    } catch (RuntimeException e) {
      closeAfter(e, aeron, driver);
      throw e;
    }
  }

  /** A media driver that fails half way leaves its folder; this does not. */
  private static MediaDriver launch(Settings settings, MediaDriver.Context context) {
    try {
      return MediaDriver.launchEmbedded(context);
    } catch (RuntimeException | Error e) {
      IoUtil.delete(settings.folder(), true);
      throw e;
    }
  }

  /** What a receiver throws is its own agent's business, not the client's. */
  private static void rethrow(Throwable error) {
    if (error instanceof RuntimeException unchecked) {
      throw unchecked;
    }
    if (error instanceof Error fatal) {
      throw fatal;
    }
    throw new IllegalStateException(error);
  }

  private static void closeAfter(Exception first, @Nullable AutoCloseable... resources) {
    for (@Nullable AutoCloseable resource : resources) {
      try {
        CloseHelper.close(resource);
      } catch (RuntimeException e) {
        first.addSuppressed(e);
      }
    }
  }

  private static MediaDriver.Context driverContext(Settings settings, ErrorHandler errors) {
    return UdpFlow.applyTo(new MediaDriver.Context(), settings.members())
        .aeronDirectoryName(settings.folder().getAbsolutePath())
        .dirDeleteOnStart(false)
        .dirDeleteOnShutdown(true)
        .threadingMode(ThreadingMode.SHARED)
        .sharedIdleStrategy(
            new BackoffIdleStrategy(0, 1, TimeUnit.MICROSECONDS.toNanos(20), MAX_PARK_NS))
        .ipcMtuLength(LOCAL_MTU)
        .mtuLength(settings.mtuLengthBytes())
        .ipcTermBufferLength(settings.termLengthBytes())
        .publicationTermBufferLength(settings.termLengthBytes())
        .termBufferSparseFile(false)
        .lowStorageWarningThreshold(0)
        .counterValuesBufferLength(AeronMemory.counterValuesBytes(settings.members()))
        .conductorBufferLength(Configuration.CONDUCTOR_BUFFER_LENGTH_DEFAULT)
        .toClientsBufferLength(Configuration.TO_CLIENTS_BUFFER_LENGTH_DEFAULT)
        .errorBufferLength(Configuration.ERROR_BUFFER_LENGTH_DEFAULT)
        .streamSessionLimit(AeronMemory.mostSessionsAStream(settings.members()))
        .receiveChannelEndpointSupplier(guard(settings))
        .publicationLingerTimeoutNs(LINGER_NS)
        .timerIntervalNs(TIMERS_NS)
        .errorHandler(errors)
        .warnIfDirectoryExists(false)
        .spiesSimulateConnection(false);
  }

  private static ReceiveChannelEndpointSupplier guard(Settings settings) {
    return (channel, dispatcher, status, context) ->
        new SetupGuard(
            channel, dispatcher, status, context, settings.termLengthBytes(), room(settings));
  }

  private static Room room(Settings settings) {
    return new Room(settings.folder(), settings.termLengthBytes(), SystemNanoClock.INSTANCE);
  }

  private static Subscription bind(Aeron aeron, Settings settings) {
    RuntimeException last = null;
    for (int port = settings.portFrom(); port <= settings.portTo(); port++) {
      try {
        String channel = channel(settings.host(), port).tags(PORT_TAG).build();
        return aeron.addSubscription(channel, ANCHOR_STREAM);
      } catch (RuntimeException e) {
        if (last != null) {
          e.addSuppressed(last);
        }
        last = e;
      }
    }
    throw new IllegalStateException(
        "no UDP port of "
            + settings.host()
            + " from "
            + settings.portFrom()
            + " to "
            + settings.portTo()
            + " could be bound; widen transport.ports, or set SPARK_LOCAL_IP to an address of this"
            + " host",
        last);
  }

  private static int portOf(Subscription anchor) {
    String resolved = anchor.resolvedEndpoint();
    if (resolved == null) {
      throw new IllegalStateException(
          "the media driver did not say which port it bound for " + anchor.channel());
    }
    return Integer.parseInt(resolved.substring(resolved.lastIndexOf(':') + 1));
  }

  private static ChannelUriStringBuilder channel(String host, int port) {
    return new ChannelUriStringBuilder().media(CommonContext.UDP_MEDIA).endpoint(host + ":" + port);
  }

  /** The folder of the media driver. */
  public File folder() {
    return settings.folder();
  }

  /** The address that peers reach. */
  public String host() {
    return settings.host();
  }

  /** The UDP port that peers reach. */
  public int port() {
    return port;
  }

  @Override
  public Inbound listen() {
    try {
      return listen(nextStream.getAndIncrement());
    } catch (RuntimeException e) {
      throw new TransportException("no endpoint could be opened: " + e.getMessage(), e);
    }
  }

  private Inbound listen(int stream) {
    Subscription ipc = aeron.addSubscription(CommonContext.IPC_CHANNEL, stream);
    try {
      Subscription udp = aeron.addSubscription(SHARED_PORT, stream);
      return new AeronInbound(
          ipc,
          udp,
          new Endpoint(settings.host(), port, identity(), stream),
          AeronMemory.mostSessionsAStream(settings.members()));
    } catch (RuntimeException e) {
      closeAfter(e, ipc);
      throw e;
    }
  }

  private String identity() {
    return settings.folder().getName() + "@" + settings.host() + ":" + port;
  }

  @Override
  public Outbound connect(Endpoint to) {
    try {
      return open(to);
    } catch (NoRoomException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new TransportException(
          "no session to " + to.host() + ":" + to.port() + " could be opened: " + e.getMessage(),
          e);
    }
  }

  private Outbound open(Endpoint to) {
    if (to.mediaDriver().equals(identity())) {
      return outbound(CommonContext.IPC_CHANNEL, to);
    }
    int mtu = to.host().equals(settings.host()) ? LOCAL_MTU : settings.mtuLengthBytes();
    String channel = channel(to.host(), to.port()).mtu(mtu).build();
    return outbound(channel, to);
  }

  private AeronOutbound outbound(String channel, Endpoint to) {
    return new AeronOutbound(aeron, channel, to.streamId(), room(settings));
  }

  @Override
  public void close() {
    CloseHelper.closeAll(anchor, aeron, driver);
  }
}
