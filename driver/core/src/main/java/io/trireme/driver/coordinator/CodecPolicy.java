package io.trireme.driver.coordinator;

import io.trireme.common.message.CodecRate;
import io.trireme.common.message.CodecSwitch;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Decides by which codecs a run's blocks travel; the coordinator's generations carry it out. */
public interface CodecPolicy {

  /** Takes what codecs cost on an executor. */
  void note(List<CodecRate> rates);

  /** Takes a step that was computed whole. */
  void note(GlobalStep step);

  /** Why the next generation is to be formed; null if no other codecs are wanted. */
  @Nullable String change();

  /**
   * A generation begins, with what is wanted.
   *
   * @param step its first step: it may have been encoded before, a later one was not
   * @param workers its members
   * @param servers its members
   * @return null where the codecs are the job's own for ever
   */
  @Nullable CodecSwitch enter(long step, int workers, int servers);

  /** The decisions since the last call. */
  List<CodecDecision> take();
}
