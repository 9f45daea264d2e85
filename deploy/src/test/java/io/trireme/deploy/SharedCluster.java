package io.trireme.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Store.CloseableResource;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Hands tests one standalone cluster, two workers with a task slot each, for all test classes that
 * ask. Tests may do to executors what they like, and leave master and workers alone. After each
 * test no executor and no file in shared memory may be left; with the last test the cluster ends.
 */
public final class SharedCluster
    implements ParameterResolver, BeforeEachCallback, AfterEachCallback {
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(SharedCluster.class);

  private record Owned(StandaloneCluster cluster, Path folder) implements CloseableResource {
    static Owned start() {
      try {
        Path folder = Files.createTempDirectory("trireme-cluster-");
        return new Owned(StandaloneCluster.start(Distribution.ofBuild(), folder, 2, 1), folder);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void close() throws IOException {
      cluster.close();
      List<ProcessHandle> left = Leftovers.processesIn(folder);
      if (!left.isEmpty()) {
        throw new IllegalStateException("the cluster has left processes behind: " + left);
      }
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private static StandaloneCluster cluster(ExtensionContext context) {
    return context
        .getRoot()
        .getStore(NAMESPACE)
        .getOrComputeIfAbsent(Owned.class, ignored -> Owned.start(), Owned.class)
        .cluster();
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == StandaloneCluster.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return cluster(context);
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    context.getStore(NAMESPACE).put(Leftovers.class, Leftovers.sharedMemory());
  }

  @Override
  public void afterEach(ExtensionContext context) {
    List<ProcessHandle> unused = cluster(context).awaitExecutors(0, LIMIT);
    @SuppressWarnings("unchecked")
    Set<String> before = (Set<String>) context.getStore(NAMESPACE).get(Leftovers.class, Set.class);
    Awaitility.await("runs leave nothing in shared memory")
        .atMost(LIMIT)
        .untilAsserted(() -> assertThat(Leftovers.abandonedSharedMemory(before)).isEmpty());
  }
}
