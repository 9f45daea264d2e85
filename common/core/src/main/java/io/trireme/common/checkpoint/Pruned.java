package io.trireme.common.checkpoint;

import java.util.List;

/**
 * What pruning did.
 *
 * @param deleted valid steps that were deleted, newest first
 * @param debris steps without a valid checkpoint that were deleted, newest first
 * @param files files of uncommitted attempts that were deleted from kept steps
 */
public record Pruned(List<Long> deleted, List<Long> debris, int files) {
  public Pruned {
    deleted = List.copyOf(deleted);
    debris = List.copyOf(debris);
  }
}
