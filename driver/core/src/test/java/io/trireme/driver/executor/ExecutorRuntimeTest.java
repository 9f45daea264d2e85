package io.trireme.driver.executor;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import io.trireme.common.message.ControlCodec;
import io.trireme.common.message.ExecutorReport;
import io.trireme.common.message.JobOrders;
import io.trireme.common.message.JobReport;
import io.trireme.common.message.Orders;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkConf;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.resource.ResourceInformation;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An executor that cannot open its part of a run, as its control thread sees it. */
@Timeout(300)
class ExecutorRuntimeTest {

  private static final String RUN = "run-1";
  private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

  private final Queue<ExecutorReport> reports = new ConcurrentLinkedQueue<>();
  private long nowNs;
  private final List<Long> triedNs = new ArrayList<>();

  /** A driver that has one run. */
  private final class Driver implements PluginContext {

    @Override
    public MetricRegistry metricRegistry() {
      return new MetricRegistry();
    }

    @Override
    public SparkConf conf() {
      return new SparkConf(false);
    }

    @Override
    public String executorID() {
      return "7";
    }

    @Override
    public String hostname() {
      return "here";
    }

    @Override
    public Map<String, ResourceInformation> resources() {
      return Map.of();
    }

    @Override
    public void send(Object message) throws IOException {
      throw new IOException("nobody listens");
    }

    @Override
    public Object ask(Object message) {
      byte[] request = (byte[]) message;
      assertThat(request[0]).isEqualTo(ControlRequest.REPORT);
      reports.add(
          ControlCodec.decode(
              Arrays.copyOfRange(request, 1, request.length), ExecutorReport.class));
      JobOrders orders = new JobOrders(RUN, List.of(), List.of(), 0, null, 0, false, null);
      return ControlCodec.encode(new Orders(List.of(orders), 50));
    }
  }

  /** Lets time pass until the run was to be opened once more. */
  private void awaitTry(ExecutorRuntime runtime) {
    int before = triedNs.size();
    while (triedNs.size() == before) {
      nowNs += SECOND_NS / 10;
      runtime.doWork();
    }
    String told = runtime.failureOf(RUN);
    do {
      nowNs += SECOND_NS / 10;
      runtime.doWork();
    } while (!Objects.equals(told, last()));
  }

  @Test
  void whatCouldNotBeOpenedIsToldAndTriedAgainLaterAndLater() {
    ExecutorRuntime runtime =
        new ExecutorRuntime(
            new Driver(),
            (driver, run, host) -> {
              triedNs.add(nowNs);
              if (triedNs.size() == 1) {
                throw new InternalError("a fault occurred in an unsafe memory access operation");
              }
              throw new IllegalStateException("no port is free");
            },
            () -> nowNs);
    awaitTry(runtime);
    assertThat(last()).contains("InternalError", "unsafe memory access");
    for (int i = 1; i < 8; i++) {
      awaitTry(runtime);
      assertThat(last()).isEqualTo("no port is free");
      assertThat(triedNs.get(i) - triedNs.get(i - 1))
          .isGreaterThanOrEqualTo(Math.min(32, 1L << (i - 1)) * SECOND_NS);
    }
  }

  private @Nullable String last() {
    List<JobReport> jobs = List.copyOf(reports).get(reports.size() - 1).jobs();
    return jobs.isEmpty() ? null : jobs.get(0).failure();
  }
}
