package io.trireme.driver.spark;

import io.trireme.common.message.ControlCodec;
import io.trireme.common.message.ExecutorReport;
import io.trireme.common.message.JobOrders;
import io.trireme.common.message.Orders;
import io.trireme.driver.executor.ControlRequest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.agrona.concurrent.NanoClock;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;

/**
 * Answers what executors ask, for all runs of one Spark application; hears from Spark which
 * executors are gone.
 */
public final class ControlEndpoint extends SparkListener {

  private static final int LEAST_BEAT_MS = 50;

  /** As many as this are answered on one of several processors, with most of it to spare. */
  private static final int REPORTS_PER_MS = 4;

  private final NanoClock clock;
  private final Map<String, CoordinatorGuard> runs = new ConcurrentHashMap<>();

  ControlEndpoint(NanoClock clock) {
    this.clock = clock;
  }

  /** Serves a run from now on. */
  public void open(CoordinatorGuard run) {
    if (runs.putIfAbsent(run.spec().run(), run) != null) {
      throw new IllegalStateException("run " + run.spec().run() + " is open already");
    }
  }

  /** Forgets a run; executors close what they have of it when they report next. */
  public void close(String run) {
    runs.remove(run);
  }

  byte[] answer(byte[] request) {
    ByteBuffer body = ByteBuffer.wrap(request);
    byte kind = body.get();
    return switch (kind) {
      case ControlRequest.REPORT -> ControlCodec.encode(onReport(body));
      case ControlRequest.SPEC -> ControlCodec.encode(run(rest(body)).spec());
      case ControlRequest.BLOCK -> {
        int block = body.getInt();
        yield run(rest(body)).initialBlock(block);
      }
      default -> throw new IllegalArgumentException("control request of unknown kind " + kind);
    };
  }

  private Orders onReport(ByteBuffer body) {
    byte[] json = new byte[body.remaining()];
    body.get(json);
    ExecutorReport report = ControlCodec.decode(json, ExecutorReport.class);
    List<JobOrders> orders = new ArrayList<>();
    long now = clock.nanoTime();
    int executors = 0;
    for (CoordinatorGuard run : runs.values()) {
      orders.add(run.onReport(report, now));
      executors = Math.max(executors, run.executors());
    }
    return new Orders(orders, Math.max(LEAST_BEAT_MS, executors / REPORTS_PER_MS));
  }

  private static String rest(ByteBuffer body) {
    return StandardCharsets.UTF_8.decode(body).toString();
  }

  private CoordinatorGuard run(String name) {
    CoordinatorGuard run = runs.get(name);
    if (run == null) {
      throw new IllegalArgumentException(
          "run " + name + " is not open on this driver; it has ended");
    }
    return run;
  }

  @Override
  public void onExecutorRemoved(SparkListenerExecutorRemoved removed) {
    long now = clock.nanoTime();
    runs.values().forEach(run -> run.onExecutorLost(removed.executorId(), removed.reason(), now));
  }
}
