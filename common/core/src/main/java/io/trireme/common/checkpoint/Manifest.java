package io.trireme.common.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import io.trireme.common.layout.BlockPlan;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What a checkpoint is: its {@code manifest.json}, written after all of its files.
 *
 * @param formatVersion version of the format, up to {@link #FORMAT_VERSION}
 * @param job the job's id
 * @param attempt who wrote it, see {@link Attempt}
 * @param step steps that are done, which is the index of the next one
 * @param writtenAtMs when it was committed, in milliseconds since 1970 by the driver's clock; for
 *     people only
 * @param cursor where the next step's data begins
 * @param seeds named seeds; those of steps and slots derive from the job's
 * @param layoutFingerprint see {@link Fingerprints#ofLayout}
 * @param configFingerprint see {@link Fingerprints#of} of {@code config}
 * @param config the job's configuration as canonical JSON
 * @param model the model's DL4J configuration as JSON text, so that the checkpoint can be exported
 *     without the job's data; empty if unknown
 * @param notes what else a resumed job has to know, as text
 * @param groups the block groups, in ascending order, covering the vector
 * @param files the shard files; between them they hold each group's parameters once
 */
public record Manifest(
    int formatVersion,
    String job,
    String attempt,
    long step,
    long writtenAtMs,
    DataCursor cursor,
    Map<String, Long> seeds,
    String layoutFingerprint,
    String configFingerprint,
    JsonNode config,
    String model,
    Map<String, String> notes,
    List<StoredGroup> groups,
    List<CheckpointShard> files) {

  /** The version that this code writes; it reads the older ones, too. */
  public static final int FORMAT_VERSION = 2;

  /** Name of the file in a step's folder. */
  public static final String FILE = "manifest.json";

  public Manifest {
    seeds = Map.copyOf(seeds);
    notes = Map.copyOf(notes);
    groups = List.copyOf(groups);
    files = List.copyOf(files);
    checkGroups(groups);
    checkSections(groups, files);
    if (step < 0) {
      throw new IllegalArgumentException("step " + step);
    }
  }

  /** The groups of a plan. */
  public static List<StoredGroup> groupsOf(BlockPlan plan) {
    return plan.groups().stream()
        .map(group -> new StoredGroup(group.index(), group.offset(), group.length()))
        .toList();
  }

  private static void checkGroups(List<StoredGroup> groups) {
    long at = 0;
    for (int i = 0; i < groups.size(); i++) {
      StoredGroup group = groups.get(i);
      if (group.index() != i || group.offset() != at || group.length() < 1) {
        throw new IllegalArgumentException(group + ", expected index " + i + " at float " + at);
      }
      at += group.length();
    }
  }

  private static void checkSections(List<StoredGroup> groups, List<CheckpointShard> files) {
    Set<String> names = new HashSet<>();
    Map<SectionId, StoredSection> found = new HashMap<>();
    for (CheckpointShard file : files) {
      if (!names.add(file.name())) {
        throw new IllegalArgumentException("file " + file.name() + " is listed twice");
      }
      for (StoredSection section : file.sections()) {
        if (found.put(section.id(), section) != null) {
          throw new IllegalArgumentException(section.id() + " is there twice");
        }
      }
    }
    for (StoredGroup group : groups) {
      StoredSection floats = found.get(SectionId.parameters(group.index()));
      long expected = group.length() * Float.BYTES;
      if (floats == null || floats.lengthBytes() != expected) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "parameters of group %d: expected %d bytes, seen %s",
                group.index(),
                expected,
                floats == null ? "none" : floats.lengthBytes()));
      }
    }
  }

  /** Number of parameters. */
  public long parameters() {
    return groups.isEmpty()
        ? 0
        : groups.get(groups.size() - 1).offset() + groups.get(groups.size() - 1).length();
  }

  /** Bytes of all shard files. */
  public long lengthBytes() {
    return files.stream().mapToLong(CheckpointShard::lengthBytes).sum();
  }
}
