package io.trireme.common.transport.aeron;

import io.aeron.driver.DataPacketDispatcher;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.media.ReceiveChannelEndpoint;
import io.aeron.driver.media.UdpChannel;
import io.aeron.exceptions.AeronEvent;
import io.aeron.protocol.SetupFlyweight;
import java.net.InetSocketAddress;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.status.AtomicCounter;

/**
 * A receiving socket that lets no sender begin a session for which there is no room, or of another
 * length than the job's. A sender asks again every tenth of a second, so one that finds no room
 * begins once there is some.
 */
final class SetupGuard extends ReceiveChannelEndpoint {

  private final int termLengthBytes;
  private final Room room;

  SetupGuard(
      UdpChannel channel,
      DataPacketDispatcher dispatcher,
      AtomicCounter status,
      MediaDriver.Context context,
      int termLengthBytes,
      Room room) {
    super(channel, dispatcher, status, context);
    this.termLengthBytes = termLengthBytes;
    this.room = room;
  }

  @Override
  public void onSetupMessage(
      SetupFlyweight header,
      UnsafeBuffer buffer,
      int length,
      InetSocketAddress source,
      int transportIndex) {
    if (header.termLength() != termLengthBytes) {
      // Thrown, it reaches the error handler; the sender hears nothing.
      throw new AeronEvent("a session with other terms than the job's was asked for");
    }
    if (room.isThere()) {
      super.onSetupMessage(header, buffer, length, source, transportIndex);
    }
  }
}
