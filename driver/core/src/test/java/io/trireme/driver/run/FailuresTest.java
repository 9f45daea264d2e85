package io.trireme.driver.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.trireme.data.BadDataException;
import io.trireme.driver.api.result.Finding;
import io.trireme.driver.api.result.PreflightException;
import io.trireme.driver.api.result.TrainingFailedException;
import io.trireme.driver.jobfile.BadJobFile;
import io.trireme.driver.run.Failures.Kind;
import io.trireme.worker.engine.BadModelException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.security.AccessControlException;
import org.apache.spark.SparkException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FailuresTest {

  static Stream<Arguments> failures() {
    return Stream.of(
        arguments(new BadJobFile(List.of("no job")), Kind.BAD_JOB, "no job"),
        arguments(new BadDataException("no data"), Kind.PREFLIGHT, "no data"),
        arguments(new BadModelException(List.of("no model")), Kind.PREFLIGHT, "no model"),
        arguments(
            new PreflightException(List.of(new Finding("a", "b", "c"))), Kind.PREFLIGHT, "a: b; c"),
        arguments(new TrainingFailedException("lost"), Kind.FAILED, "lost"),
        arguments(
            new TrainingFailedException("lost", new ConnectException("no")), Kind.FAILED, "lost"),
        arguments(
            new SparkException("task", new BadDataException("no data")), Kind.PREFLIGHT, "no data"),
        arguments(
            new IOException("to host", new ConnectException("Connection refused")),
            Kind.PREFLIGHT,
            "java.net.ConnectException: Connection refused; start what should answer there, or"
                + " correct its address"),
        arguments(
            new UncheckedIOException(new UnknownHostException("nowhere")),
            Kind.PREFLIGHT,
            "java.net.UnknownHostException: nowhere; correct the host's name, or make it resolve"),
        arguments(
            new AccessControlException("Permission denied:\n  user=x"),
            Kind.PREFLIGHT,
            "org.apache.hadoop.security.AccessControlException: Permission denied: user=x; give"
                + " this user the right to it, or name another place"),
        arguments(
            new IllegalStateException("two\nlines"),
            Kind.FAILED,
            "failed unexpectedly: java.lang.IllegalStateException: two lines"));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void endByWhatTheyCameFromAndAreToldInOneLine(Throwable failure, Kind kind, String message) {
    assertThat(Failures.kind(failure)).isEqualTo(kind);
    assertThat(Failures.message(failure)).isEqualTo(message);
  }
}
