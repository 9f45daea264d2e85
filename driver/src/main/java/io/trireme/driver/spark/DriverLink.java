package io.trireme.driver.spark;

import io.trireme.common.control.ControlCodec;
import io.trireme.common.control.ExecutorReport;
import io.trireme.common.control.JobSpec;
import io.trireme.common.control.Orders;
import java.io.IOException;
import java.io.InterruptedIOException;
import org.apache.spark.api.plugin.PluginContext;

/** Asks the driver, over Spark's own authenticated calls; each call has Spark's own deadline. */
final class DriverLink {

  private final PluginContext context;

  DriverLink(PluginContext context) {
    this.context = context;
  }

  Orders report(ExecutorReport report) throws IOException {
    return ControlCodec.decode(ask(ControlRequest.report(report)), Orders.class);
  }

  JobSpec spec(String run) throws IOException {
    return ControlCodec.decode(ask(ControlRequest.spec(run)), JobSpec.class);
  }

  byte[] initialBlock(String run, int block) throws IOException {
    return ask(ControlRequest.block(run, block));
  }

  private byte[] ask(byte[] request) throws IOException {
    try {
      if (context.ask(request) instanceof byte[] answer) {
        return answer;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while asking the driver");
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException("the driver could not be asked: " + e.getMessage(), e);
    }
    throw new IOException(
        "the driver's answer is of another type; do driver and executors run the same Trireme?");
  }
}
