package io.trireme.driver.sim;

import io.trireme.common.checkpoint.CheckpointShard;
import io.trireme.common.checkpoint.SectionId;
import io.trireme.common.checkpoint.StoredSection;
import io.trireme.common.layout.BlockGroup;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The file system of checkpoints: shards that were written, and the steps that have a manifest.
 * Nothing is taken that is not, bit for bit, what the oracle has of that step.
 */
final class SimStore {

  private static final int KEPT = 2;

  /**
   * One group as it was copied, part by part: parameters first, then the optimizer's state; and
   * what codecs remember of it.
   */
  record Copied(int group, List<UnsafeBuffer> parts, List<UnsafeBuffer> travel) {
    static Copied of(
        int group,
        DirectBuffer parameters,
        List<? extends DirectBuffer> state,
        List<? extends DirectBuffer> travel) {
      List<UnsafeBuffer> parts = new ArrayList<>();
      parts.add(copy(parameters));
      state.forEach(part -> parts.add(copy(part)));
      return new Copied(group, parts, travel.stream().<UnsafeBuffer>map(Copied::copy).toList());
    }

    private static UnsafeBuffer copy(DirectBuffer part) {
      byte[] bytes = new byte[part.capacity()];
      part.getBytes(0, bytes);
      return new UnsafeBuffer(bytes);
    }
  }

  private final Oracle oracle;
  private final SplittableRandom random;
  private final Map<String, List<Copied>> files = new HashMap<>();
  private final TreeMap<Long, Map<Integer, Copied>> committed = new TreeMap<>();

  /** Checkpoints that were ever committed. */
  int commits;

  SimStore(Oracle oracle, SplittableRandom random) {
    this.oracle = oracle;
    this.random = random;
  }

  /** How an operation ends. */
  enum End {
    WELL,

    /** Nothing is written. */
    FAILED,

    /** All is written, and the answer is lost: it counts as failed. */
    FAILED_LATE
  }

  /** How the next operation ends. */
  End next() {
    return switch (random.nextInt(12)) {
      case 0 -> End.FAILED;
      case 1 -> End.FAILED_LATE;
      default -> End.WELL;
    };
  }

  /** How long an operation takes: now and then one hangs, and then ends as one that failed. */
  long takesNs() {
    return (5 + random.nextLong(300)) * Scheduler.MS;
  }

  /** Whether an operation hangs for long, and then fails. */
  boolean hangs() {
    return random.nextInt(40) == 0;
  }

  /** For how long. */
  long hangsNs() {
    return (3000 + random.nextLong(6000)) * Scheduler.MS;
  }

  /** A run says that a step is kept. */
  void checkCommitted(long step) {
    if (step > newest()) {
      throw new InvariantBroken(
          Invariant.COMMITTED_IS_STORED, "step " + step + " counts as kept, and is not stored");
    }
  }

  /** Checks that a group is what the oracle has of a step. */
  void check(Copied copied, long step, String who) {
    BlockGroup group = oracle.plan.groups().get(copied.group());
    if (!oracle.holds(group, step, new Floats(copied.parts().get(0)))) {
      throw broken(who, group, step, "parameters");
    }
    if (oracle.lossy) {
      return;
    }
    float[] moments = oracle.moments.get((int) step);
    for (int i = 0; i < group.length(); i++) {
      float moment = copied.parts().get(1).getFloat(i * Float.BYTES);
      if (Float.floatToRawIntBits(moment)
          != Float.floatToRawIntBits(moments[(int) group.offset() + i])) {
        throw broken(who, group, step, "optimizer state");
      }
    }
    for (int slot = 0; slot < oracle.slots.slots(); slot++) {
      if (copied.parts().get(2).getInt(slot * Integer.BYTES) != oracle.updatesBefore(step)) {
        throw broken(who, group, step, "counts of slot " + slot);
      }
    }
  }

  private static InvariantBroken broken(String who, BlockGroup group, long step, String what) {
    return new InvariantBroken(
        Invariant.CHECKPOINTS_ARE_OF_ONE_STEP,
        who
            + ": the "
            + what
            + " kept of group "
            + group.index()
            + " are not those before step "
            + step);
  }

  /** Writes a shard. */
  CheckpointShard write(String name, int server, List<Copied> groups) {
    files.put(name, groups);
    List<StoredSection> sections = new ArrayList<>();
    long offset = 0;
    for (Copied copied : groups) {
      for (int part = 0; part < copied.parts().size(); part++) {
        SectionId id =
            part == 0
                ? SectionId.parameters(copied.group())
                : SectionId.state(copied.group(), part - 1);
        int length = copied.parts().get(part).capacity();
        sections.add(new StoredSection(id, 0, offset, length, 0));
        offset += length;
      }
    }
    return new CheckpointShard(name, server, offset, 0, sections);
  }

  /** Writes the manifest of a step, which makes it a checkpoint. */
  void commit(long step, List<CheckpointShard> shards) {
    Map<Integer, Copied> groups = new TreeMap<>();
    for (CheckpointShard shard : shards) {
      List<Copied> written = Objects.requireNonNull(files.get(shard.name()));
      for (StoredSection section : shard.sections()) {
        if (section.id().kind() == SectionId.Kind.PARAMETERS) {
          int index = section.id().index();
          Copied copied =
              written.stream().filter(one -> one.group() == index).findFirst().orElseThrow();
          check(copied, step, "checkpoint of step " + step);
          if (groups.put(index, copied) != null) {
            throw new InvariantBroken(
                Invariant.CHECKPOINTS_ARE_OF_ONE_STEP,
                "checkpoint of step " + step + " has group " + index + " twice");
          }
        }
      }
    }
    if (groups.size() != oracle.plan.groups().size()) {
      throw new InvariantBroken(
          Invariant.CHECKPOINTS_ARE_OF_ONE_STEP,
          "checkpoint of step " + step + " has groups " + groups.keySet());
    }
    committed.put(step, groups);
    commits++;
    while (committed.size() > KEPT) {
      committed.pollFirstEntry();
    }
  }

  /** The newest step that has a checkpoint; 0 if none has. */
  long newest() {
    return committed.isEmpty() ? 0 : committed.lastKey();
  }

  /** A group before a step with which a run begins; null if that is the first. */
  @Nullable Copied read(long step, int group) {
    if (step == 0) {
      return null;
    }
    return Objects.requireNonNull(committed.get(step)).get(group);
  }
}
