package io.trireme.driver.executor;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.trireme.common.config.EngineConfig;
import io.trireme.common.transport.aeron.UdpFlow;
import io.trireme.worker.engine.EngineFinding;
import io.trireme.worker.engine.EngineProvider;
import io.trireme.worker.engine.EngineSettings;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A task that looks at the executor that it runs on, and starts Trireme's part there where Spark
 * has not.
 */
public final class HostCheck implements Function<Integer, String> {

  private static final long serialVersionUID = 1L;

  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Something that a person should know.
   *
   * @param what what was looked at
   * @param seen what was seen
   * @param fix what to do
   * @param fatal whether the run cannot work so, rather than only slowly
   */
  public record Found(String what, String seen, String fix, boolean fatal) {}

  /**
   * What was found on an executor; travels as JSON, which any serializer that Spark is set to can
   * carry.
   *
   * @param executor its id
   * @param engine what of it decides the bits of gradients, see {@link EngineProvider#identity}
   * @param memory the memory that it may take; null if it cannot work at all
   * @param receiveBufferBytes what its kernel grants a socket, see {@link UdpFlow}
   * @param found all that was found
   */
  public record Report(
      String executor,
      String engine,
      @Nullable HostMemory memory,
      int receiveBufferBytes,
      List<Found> found) {

    /** The report that a task returned. */
    public static Report of(String json) {
      try {
        return JSON.readValue(json, Report.class);
      } catch (JsonProcessingException e) {
        throw new IllegalStateException("an executor's report cannot be read: " + json, e);
      }
    }
  }

  /**
   * What a run asks of its executors.
   *
   * @param family the model's family, whose engine is asked
   * @param engine the engine
   * @param members workers and servers at the most
   * @param threads native threads of a worker
   * @param codecs whether gradients travel through codecs
   */
  public record Needs(String family, EngineConfig engine, int members, int threads, boolean codecs)
      implements Serializable {}

  private final Needs needs;

  /** A check for a run. */
  public HostCheck(Needs needs) {
    this.needs = needs;
  }

  @Override
  public String call(Integer task) throws JsonProcessingException {
    return JSON.writeValueAsString(look());
  }

  private Report look() {
    String executor = SparkEnv.get().executorId();
    String address = SparkEnv.get().blockManager().blockManagerId().host();
    String host = "executor " + executor + " on " + address;
    List<Found> found = new ArrayList<>();
    Optional<String> closed = JvmSetup.ensure();
    if (closed.isPresent()) {
      found.add(
          new Found(
              "JVM of " + host,
              closed.get(),
              "start driver and executors with --add-opens=java.base/jdk.internal.misc=ALL-UNNAMED"
                  + " (spark.driver.extraJavaOptions and spark.executor.extraJavaOptions)",
              true));
      return new Report(executor, "", null, 0, found);
    }
    ExecutorRuntime unused = ExecutorRuntimes.here();
    EngineProvider provider = EngineProvider.of(needs.family(), needs.engine().name());
    checkEngine(host, provider, found);
    boolean works = found.stream().noneMatch(Found::fatal);
    return new Report(
        executor,
        works ? provider.identity(Devices.settings(needs.engine())) : "",
        HostMemory.here(address, provider),
        UdpFlow.grantedReceiveBufferBytes(needs.members()),
        found);
  }

  private void checkEngine(String host, EngineProvider provider, List<Found> found) {
    EngineSettings settings = Devices.settings(needs.engine());
    for (EngineFinding finding : provider.check(needs.threads(), settings)) {
      found.add(
          new Found(
              finding.what() + " of " + host, finding.seen(), finding.fix(), finding.fatal()));
    }
    if (needs.codecs() && !JvmSetup.hasVectorApi()) {
      found.add(
          new Found(
              "Vector API of " + host,
              "not there, so that codecs take several times as long",
              "start the JVM with --add-modules=jdk.incubator.vector (on Spark:"
                  + " spark.driver.extraJavaOptions and spark.executor.extraJavaOptions)",
              false));
    }
  }
}
