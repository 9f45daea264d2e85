package io.trireme.driver.run;

import io.trireme.driver.api.result.Finding;
import io.trireme.driver.api.result.PreflightException;
import io.trireme.driver.spark.TriremePlugin;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/** Starts Spark's application, or says which master did not let it. */
public final class SparkStart {
  private static final String STANDALONE = "spark://";

  /** How often Spark starts a task again before it gives its job up. */
  static final String MAX_FAILURES = "spark.task.maxFailures";

  /** So often Spark is to bring a worker back. */
  static final int LOSSES_OF_A_WORKER = 1_000;

  private static final int CONNECT_TIMEOUT_MS = 5_000;

  private SparkStart() {}

  /**
   * An application of Trireme's own, to be closed by the caller: with the plugin, and with workers
   * that Spark brings back however often their executors are lost.
   *
   * @throws PreflightException as {@link #open} does
   */
  public static JavaSparkContext application(SparkConf conf) {
    SparkConf own = conf.clone();
    String plugin = TriremePlugin.class.getName();
    String plugins = own.get("spark.plugins", "");
    if (!plugins.contains(plugin)) {
      own.set("spark.plugins", plugins.isEmpty() ? plugin : plugins + "," + plugin);
    }
    // Each lost executor counts as a failure of its tasks; what else fails a worker ends the run.
    own.setIfMissing(MAX_FAILURES, String.valueOf(LOSSES_OF_A_WORKER));
    return open(own);
  }

  /**
   * The application's context, to be closed by the caller.
   *
   * @throws PreflightException if the master cannot be reached, within seconds where Spark itself
   *     would try for minutes; or if Spark refuses to start
   */
  static JavaSparkContext open(SparkConf conf) {
    String master = conf.get("spark.master");
    checkReachable(master);
    checkLoopback();
    try {
      return new JavaSparkContext(conf);
    } catch (Exception e) {
      // Scala throws checked exceptions unannounced.
      if (e instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      PreflightException refused =
          new PreflightException(
              List.of(
                  new Finding(
                      "Spark",
                      "no application on " + master + ": " + e,
                      "correct what it complains of; the log may tell more")));
      refused.initCause(e);
      throw refused;
    }
  }

  /** Without it Spark talks of a port to which it cannot connect. */
  private static void checkLoopback() {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    String seen;
    try {
      NetworkInterface found = NetworkInterface.getByInetAddress(loopback);
      if (found != null && found.isUp()) {
        return;
      }
      seen = found == null ? "no interface has it" : found.getName() + " is down";
    } catch (SocketException e) {
      seen = e.toString();
    }
    throw new PreflightException(
        List.of(
            new Finding(
                "loopback address " + loopback.getHostAddress(),
                seen + ", and the parts of a run on one host talk over it",
                "bring it up, for instance by: ip link set lo up")));
  }

  /** Connects to the masters of a standalone cluster, of which one must answer. */
  static void checkReachable(String master) {
    if (!master.startsWith(STANDALONE)) {
      return;
    }
    List<String> failures = new ArrayList<>();
    for (String address : master.substring(STANDALONE.length()).split(",")) {
      try (Socket socket = new Socket()) {
        URI uri = URI.create(STANDALONE + address);
        socket.connect(new InetSocketAddress(uri.getHost(), uri.getPort()), CONNECT_TIMEOUT_MS);
        return;
      } catch (IOException | IllegalArgumentException e) {
        failures.add(address + ": " + e);
      }
    }
    throw new PreflightException(
        List.of(refused(master, "cannot be reached (" + String.join("; ", failures) + ")")));
  }

  /** What to tell of a master that lets no application run. */
  static Finding refused(String master, String why) {
    return new Finding(
        "master " + master, why, "start it, or correct --master; its log may tell more");
  }
}
