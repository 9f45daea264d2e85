package io.trireme.kernels.compression;

import io.trireme.common.message.CodecSwitch;
import org.jspecify.annotations.Nullable;

/** Which plan holds in which step, where the codecs change while a job runs. Immutable. */
public final class CompressionSchedule {

  private final CompressionPlan before;
  private final CompressionPlan now;
  private final long from;

  private CompressionSchedule(CompressionPlan before, CompressionPlan now, long from) {
    this.before = before;
    this.now = now;
    this.from = from;
  }

  /** One plan for all steps. */
  public static CompressionSchedule always(CompressionPlan plan) {
    return new CompressionSchedule(plan, plan, 0);
  }

  /**
   * The schedule of a generation.
   *
   * @param job the job's own plan
   * @param codecs when its codecs change; null if they do not
   */
  public static CompressionSchedule of(CompressionPlan job, @Nullable CodecSwitch codecs) {
    if (codecs == null) {
      return always(job);
    }
    CompressionPlan now = job.with(codecs.now().push(), codecs.now().pull());
    return codecs.before().equals(codecs.now())
        ? always(now)
        : new CompressionSchedule(
            job.with(codecs.before().push(), codecs.before().pull()), now, codecs.from());
  }

  /** The plan of a step. */
  public CompressionPlan at(long step) {
    return step < from ? before : now;
  }

  /** The plan before the change; the same as {@link #now} if nothing changes. */
  public CompressionPlan before() {
    return before;
  }

  /** The plan after the change. */
  public CompressionPlan now() {
    return now;
  }

  /** The most bytes of a block's encoded gradient. */
  public int maxGradientBytes(int block) {
    return Math.max(before.maxGradientBytes(block), now.maxGradientBytes(block));
  }

  /** The most bytes of a block's encoded change. */
  public int maxChangeBytes(int block) {
    return Math.max(before.maxChangeBytes(block), now.maxChangeBytes(block));
  }
}
