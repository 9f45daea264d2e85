package io.trireme.driver.coordinator;

import io.trireme.common.checkpoint.CheckpointShard;
import io.trireme.common.checkpoint.SectionId;
import io.trireme.common.checkpoint.StoredSection;
import io.trireme.common.message.ShardReport;
import io.trireme.common.message.ShardReport.SlotShare;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The shards of one step that are there, until they make a checkpoint.
 *
 * <p>A group at exactly the step has the same bits on every server, so servers' shards of several
 * generations and lives go together. Residuals do not: they move between nodes from one generation
 * to the next. Those of all slots must be of one generation, in which then every worker has had all
 * parameters of the step, and every group was at it.
 */
final class CheckpointPieces {

  private final int groups;
  private final int slots;
  private final Set<Integer> found = new HashSet<>();
  private final List<CheckpointShard> groupFiles = new ArrayList<>();

  /** Files by first slot, by generation. */
  private final Map<Integer, Map<Integer, Share>> shares = new TreeMap<>();

  private boolean told;

  private record Share(int to, CheckpointShard file) {}

  /**
   * The pieces of a step, none yet.
   *
   * @param groups number of groups
   * @param slots number of slots whose residuals belong to it; 0 for none
   */
  CheckpointPieces(int groups, int slots) {
    this.groups = groups;
    this.slots = slots;
  }

  /** Takes a shard; one that was taken already changes nothing. */
  void add(ShardReport shard) {
    SlotShare share = shard.slots();
    if (share == null) {
      addGroups(shard.file());
    } else {
      Share unused =
          shares
              .computeIfAbsent(share.generation(), generation -> new TreeMap<>())
              .putIfAbsent(share.from(), new Share(share.to(), shard.file()));
    }
  }

  private void addGroups(CheckpointShard file) {
    Set<Integer> fresh = new HashSet<>();
    for (StoredSection section : file.sections()) {
      SectionId id = section.id();
      if (id.kind() == SectionId.Kind.PARAMETERS && found.add(id.index())) {
        fresh.add(id.index());
      }
    }
    if (!fresh.isEmpty()) {
      groupFiles.add(
          file.only(
              file.sections().stream()
                  .filter(section -> fresh.contains(section.id().index()))
                  .toList()));
    }
  }

  /** All files of the checkpoint, once; null as long as some are missing. */
  @Nullable List<CheckpointShard> takeComplete() {
    if (told || found.size() < groups) {
      return null;
    }
    List<CheckpointShard> files = new ArrayList<>(groupFiles);
    if (slots > 0 && !addResiduals(files)) {
      return null;
    }
    told = true;
    return files;
  }

  private boolean addResiduals(List<CheckpointShard> files) {
    for (Map<Integer, Share> generation : shares.values()) {
      int next = 0;
      for (Map.Entry<Integer, Share> share : generation.entrySet()) {
        next = share.getKey() == next ? share.getValue().to() : -1;
      }
      if (next == slots) {
        generation.values().forEach(share -> files.add(share.file()));
        return true;
      }
    }
    return false;
  }

  /** Whether the checkpoint was complete. */
  boolean isTold() {
    return told;
  }
}
