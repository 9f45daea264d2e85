package io.trireme.driver.coordinator;

import io.trireme.common.message.CodecRate;
import io.trireme.common.message.CodecSwitch;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The policy of a job whose codecs do not change: those of the job file hold. */
public final class FixedCodecs implements CodecPolicy {

  /** A policy that never changes anything. */
  public FixedCodecs() {}

  @Override
  public void note(List<CodecRate> rates) {}

  @Override
  public void note(GlobalStep step) {}

  @Override
  public @Nullable String change() {
    return null;
  }

  @Override
  public @Nullable CodecSwitch enter(long step, int workers, int servers) {
    return null;
  }

  @Override
  public List<CodecDecision> take() {
    return List.of();
  }
}
