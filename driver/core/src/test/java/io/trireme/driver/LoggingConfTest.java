package io.trireme.driver;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.FileAppender;
import org.apache.logging.log4j.core.config.Configuration;
import org.apache.logging.log4j.core.config.ConfigurationFactory;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfEnvironmentVariable;

/** The logging that ships is quiet on the console and talks to a file. */
class LoggingConfTest {

  @Test
  @DisabledIfEnvironmentVariable(named = "TRIREME_LOG", matches = ".+")
  void showsWarningsAndKeepsMore() {
    try (LoggerContext context = new LoggerContext("conf")) {
      Configuration conf =
          requireNonNull(
              ConfigurationFactory.getInstance()
                  .getConfiguration(
                      context,
                      "conf",
                      Path.of("..", "..", "conf", "log4j2.properties").toAbsolutePath().toUri()));
      conf.initialize();
      FileAppender file = conf.getAppender("file");
      assertThat(file.getFileName()).isEqualTo(".trireme/trireme.log");
      LoggerConfig ours = conf.getLoggerConfig("io.trireme.driver");
      assertThat(ours.getLevel()).isEqualTo(Level.INFO);
      assertThat(ours.isAdditive()).isFalse();
      assertThat(ours.getAppenderRefs())
          .anyMatch(ref -> ref.getRef().equals("stderr") && Level.WARN.equals(ref.getLevel()))
          .anyMatch(ref -> ref.getRef().equals("file") && ref.getLevel() == null);
      assertThat(conf.getRootLogger().getAppenderRefs())
          .anyMatch(ref -> ref.getRef().equals("stderr") && Level.WARN.equals(ref.getLevel()))
          .anyMatch(ref -> ref.getRef().equals("file") && ref.getLevel() == null);
      assertThat(conf.getLoggerConfig("org.apache.spark").getLevel()).isEqualTo(Level.WARN);
      assertThat(conf.getLoggerConfig("io.aeron").getLevel()).isEqualTo(Level.WARN);
    }
  }
}
