package io.trireme.driver.executor;

import io.trireme.common.message.ControlCodec;
import io.trireme.common.message.ExecutorReport;
import io.trireme.common.message.JobSpec;
import io.trireme.common.message.Orders;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.spark.api.plugin.PluginContext;

/**
 * Asks the driver, over Spark's own authenticated calls. Spark waits two minutes for an answer;
 * here each call has a deadline of its own, after which the answer is no longer waited for.
 */
final class ControlClient implements AutoCloseable {

  /** A report that is not answered is followed by another. */
  private static final long REPORT_DEADLINE_MS = 1_000;

  private static final long FETCH_DEADLINE_MS = 30_000;

  private final PluginContext context;
  private final ExecutorService calls =
      Executors.newCachedThreadPool(Idling.threads("trireme-ask"));

  ControlClient(PluginContext context) {
    this.context = context;
  }

  Orders report(ExecutorReport report) throws IOException {
    return ControlCodec.decode(
        ask(ControlRequest.report(report), REPORT_DEADLINE_MS), Orders.class);
  }

  JobSpec spec(String run) throws IOException {
    return ControlCodec.decode(ask(ControlRequest.spec(run), FETCH_DEADLINE_MS), JobSpec.class);
  }

  byte[] initialBlock(String run, int block) throws IOException {
    return ask(ControlRequest.block(run, block), FETCH_DEADLINE_MS);
  }

  private byte[] ask(byte[] request, long deadlineMs) throws IOException {
    Future<Object> call = calls.submit(() -> context.ask(request));
    try {
      if (call.get(deadlineMs, TimeUnit.MILLISECONDS) instanceof byte[] answer) {
        return answer;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while asking the driver");
    } catch (TimeoutException e) {
      throw new IOException("no answer in " + deadlineMs + " ms", e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IOException("the driver could not be asked: " + cause.getMessage(), cause);
    } finally {
      call.cancel(true);
    }
    throw new IOException(
        "the driver's answer is of another type; do driver and executors run the same Trireme?");
  }

  @Override
  public void close() {
    calls.shutdownNow();
  }
}
