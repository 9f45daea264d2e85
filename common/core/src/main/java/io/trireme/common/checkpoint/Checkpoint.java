package io.trireme.common.checkpoint;

import io.trireme.common.checkpoint.SectionId.Kind;
import io.trireme.common.slots.TreeNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;
import org.agrona.MutableDirectBuffer;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * A checkpoint that is open for reading, section by section; any number of servers may have it
 * open, each reading the groups that it will hold. A caller that reads sections in the order of
 * {@link #sections} reads files from front to back. For one thread.
 */
public final class Checkpoint implements AutoCloseable {
  private final FileSystem fs;
  private final Path folder;
  private final Manifest manifest;
  private final Map<SectionId, Place> places = new HashMap<>();
  private final Map<String, CheckpointShardReader> readers = new HashMap<>();

  private record Place(CheckpointShard file, StoredSection section) {}

  Checkpoint(FileSystem fs, Path folder, Manifest manifest) {
    this.fs = fs;
    this.folder = folder;
    this.manifest = manifest;
    for (CheckpointShard file : manifest.files()) {
      for (StoredSection section : file.sections()) {
        places.put(section.id(), new Place(file, section));
      }
    }
  }

  /** What the checkpoint is. */
  public Manifest manifest() {
    return manifest;
  }

  /** Where a section lies; null if the checkpoint has none of that id. */
  public @Nullable StoredSection find(SectionId id) {
    Place place = places.get(id);
    return place == null ? null : place.section();
  }

  /** The optimizer state of a group, in ascending order of parts; empty if it has none. */
  public List<StoredSection> stateOf(int group) {
    return parts(part -> SectionId.state(group, part));
  }

  /** What a server kept of how a group travels, in ascending order of parts; empty if nothing. */
  public List<StoredSection> travelOf(int group) {
    return parts(part -> SectionId.travel(group, part));
  }

  /** What the encoder of a block of a node's gradients kept, in ascending order of parts. */
  public List<StoredSection> residualOf(int block, TreeNode node) {
    return parts(part -> SectionId.residual(block, node, part));
  }

  /** The nodes of which there are residuals, in the order of their slots. */
  public List<TreeNode> residualNodes() {
    return places.keySet().stream()
        .filter(id -> id.kind() == Kind.RESIDUAL)
        .map(SectionId::node)
        .distinct()
        .sorted(Comparator.comparingInt(TreeNode::lo).thenComparingInt(TreeNode::hi))
        .toList();
  }

  private List<StoredSection> parts(IntFunction<SectionId> ids) {
    List<StoredSection> parts = new ArrayList<>();
    StoredSection section = find(ids.apply(0));
    while (section != null) {
      parts.add(section);
      section = find(ids.apply(parts.size()));
    }
    return parts;
  }

  /** All extra sections of a name, file by file. */
  public List<StoredSection> extras(String name) {
    return sections().stream()
        .filter(section -> section.id().kind() == Kind.EXTRA && section.id().name().equals(name))
        .toList();
  }

  /** All sections, file by file and in ascending order of offset. */
  public List<StoredSection> sections() {
    return manifest.files().stream().flatMap(file -> file.sections().stream()).toList();
  }

  /**
   * Reads a section and verifies every byte of it.
   *
   * @param id which one
   * @param target takes its bytes, from index 0; exactly as long as the section
   * @throws BadCheckpointException if the section is not there, has another length, or is not as it
   *     was written; the target's content is then undefined
   */
  public void read(SectionId id, MutableDirectBuffer target) throws IOException {
    Place place = places.get(id);
    if (place == null) {
      throw new BadCheckpointException(StepState.DAMAGED, folder + ": has no " + id);
    }
    if (place.section().lengthBytes() != target.capacity()) {
      throw new BadCheckpointException(
          StepState.DAMAGED,
          String.format(
              Locale.ROOT,
              "%s: %s has %d bytes, expected %d",
              folder,
              id,
              place.section().lengthBytes(),
              target.capacity()));
    }
    reader(place.file()).read(place.section(), target);
  }

  private CheckpointShardReader reader(CheckpointShard file) throws IOException {
    CheckpointShardReader reader = readers.get(file.name());
    if (reader == null) {
      reader = CheckpointShardReader.open(fs, folder, manifest, file);
      readers.put(file.name(), reader);
    }
    return reader;
  }

  /** Closes the files. */
  @Override
  public void close() throws IOException {
    IOException first = null;
    for (CheckpointShardReader reader : readers.values()) {
      try {
        reader.close();
      } catch (IOException e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    readers.clear();
    if (first != null) {
      throw first;
    }
  }
}
