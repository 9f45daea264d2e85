package io.trireme.driver.jobfile;

import io.trireme.common.config.Defaults;
import io.trireme.common.config.NumberRange;
import io.trireme.common.config.OuterConfig;
import io.trireme.common.config.SyncConfig;
import io.trireme.common.config.SyncMode;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Reads the key {@code sync}. */
final class SyncReader {

  private static final NumberRange STALENESS = NumberRange.whole(0, 1000);
  private static final NumberRange LOCAL_STEPS = NumberRange.whole(1, 100_000);
  private static final NumberRange STEP_TIMEOUT = NumberRange.whole(1, 86_400);
  private static final List<String> MODES =
      Stream.of(SyncMode.values()).map(SyncMode::word).toList();

  private final MappingReader sync;

  SyncReader(MappingReader sync) {
    this.sync = sync;
  }

  SyncConfig read() {
    SyncMode mode =
        SyncMode.of(sync.read("mode", ValueKind.word("mode", MODES), Defaults.SYNC_MODE.word()));
    int staleness = sync.read("staleness", ValueKind.count(STALENESS), Defaults.STALENESS);
    int localSteps = sync.read("localSteps", ValueKind.count(LOCAL_STEPS), Defaults.LOCAL_STEPS);
    OuterConfig outer =
        sync.has("outer")
            ? OptimizerReader.readOuter(sync.section("outer"))
            : OuterConfig.averaging();
    sync.allow(List.of("outer"));
    onlyWith(SyncMode.SSP, mode, "staleness");
    onlyWith(SyncMode.LOCAL, mode, "localSteps");
    onlyWith(SyncMode.LOCAL, mode, "outer");
    updates();
    int timeout =
        sync.read(
            "stepTimeoutSeconds", ValueKind.count(STEP_TIMEOUT), Defaults.STEP_TIMEOUT_SECONDS);
    sync.close();
    boolean local = mode == SyncMode.LOCAL;
    return new SyncConfig(
        mode,
        mode == SyncMode.SSP ? staleness : 0,
        local ? localSteps : 1,
        local ? outer : null,
        timeout);
  }

  private void onlyWith(SyncMode needed, SyncMode mode, String key) {
    if (mode != needed && sync.has(key) && sync.clean("mode")) {
      sync.problem(
          key,
          String.format(
              Locale.ROOT,
              "has no effect with mode %s; remove it, or set mode to %s",
              mode.word(),
              needed.word()));
    }
  }

  /** There is one way to put updates together; the message says why the other is refused. */
  private void updates() {
    ValueKind<String> only =
        new ValueKind<>(
            text -> text.equals(Defaults.UPDATES) ? text : null,
            text ->
                text.equals("sum")
                    ? "a sum would make the step size grow with the number of workers; expected"
                        + " mean"
                    : "expected mean",
            Defaults.UPDATES);
    String unused = sync.read("updates", only, Defaults.UPDATES);
  }
}
