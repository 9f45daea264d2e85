package io.trireme.driver.executor;

import io.trireme.common.config.TransportConfig;
import io.trireme.common.message.JobSpec;
import io.trireme.common.transport.aeron.AeronHost;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.TimeUnit;

/** Where an executor's media driver binds. */
final class ExecutorAddress {
  private ExecutorAddress() {}

  /** Settings of a media driver on the address that Spark uses for this executor. */
  static AeronHost.Settings settings(JobSpec spec, String host) {
    TransportConfig transport = spec.transport();
    int from = 0;
    int to = 0;
    String ports = transport.ports();
    if (ports != null) {
      int dash = ports.indexOf('-');
      from = Integer.parseInt(ports.substring(0, dash));
      to = Integer.parseInt(ports.substring(dash + 1));
    }
    return new AeronHost.Settings(
        addressOf(host),
        from,
        to,
        SharedMemory.newFolder(),
        transport.chosenTermLengthBytes(),
        transport.mtuLengthBytes(),
        spec.members(),
        TimeUnit.SECONDS.toNanos(transport.timeoutSeconds()));
  }

  private static String addressOf(String host) {
    try {
      InetAddress address = InetAddress.getByName(host);
      String text = address.getHostAddress();
      return text.contains(":") ? "[" + text + "]" : text;
    } catch (UnknownHostException e) {
      throw new IllegalStateException(
          "this executor's host name "
              + host
              + " has no address; set SPARK_LOCAL_IP to one of this host",
          e);
    }
  }
}
