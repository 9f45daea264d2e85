package io.trireme.common.checkpoint;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** What a server has of one group as sections, and back. */
public final class GroupSections {
  private GroupSections() {}

  /**
   * A group as sections.
   *
   * @param group its index
   * @param step steps that have been applied to it
   * @param parameters its parameters
   * @param state its optimizer's buffers, in the optimizer's order
   * @param travel what is kept of how it travels to the workers
   */
  public static List<Section> of(
      int group,
      long step,
      DirectBuffer parameters,
      List<? extends DirectBuffer> state,
      List<? extends DirectBuffer> travel) {
    List<Section> sections = new ArrayList<>();
    sections.add(Section.parameters(group, step, parameters));
    for (int part = 0; part < state.size(); part++) {
      sections.add(Section.state(group, part, step, state.get(part)));
    }
    for (int part = 0; part < travel.size(); part++) {
      sections.add(Section.travel(group, part, step, travel.get(part)));
    }
    return sections;
  }

  /**
   * Reads a group, and verifies what it reads.
   *
   * @param parameters takes the parameters
   * @param state takes the optimizer's buffers, in the optimizer's order
   * @return steps that have been applied to the group
   * @throws BadCheckpointException if the group is not there in these lengths, or is not as it was
   *     written; the buffers are then undefined
   */
  public static long read(
      Checkpoint checkpoint,
      int group,
      MutableDirectBuffer parameters,
      List<? extends MutableDirectBuffer> state)
      throws IOException {
    List<StoredSection> stored = checkpoint.stateOf(group);
    if (stored.size() != state.size()) {
      throw new BadCheckpointException(
          StepState.DAMAGED,
          String.format(
              Locale.ROOT,
              "step %d: group %d has %d buffers of optimizer state, expected %d",
              checkpoint.manifest().step(),
              group,
              stored.size(),
              state.size()));
    }
    SectionId id = SectionId.parameters(group);
    checkpoint.read(id, parameters);
    readAll(checkpoint, stored, state);
    StoredSection section = checkpoint.find(id);
    return section == null ? checkpoint.manifest().step() : section.step();
  }

  /**
   * Reads how a group travels, and verifies what it reads.
   *
   * @param travel takes what was kept, in the same order
   * @throws BadCheckpointException as {@link #read}
   */
  public static void readTravel(
      Checkpoint checkpoint, int group, List<? extends MutableDirectBuffer> travel)
      throws IOException {
    List<StoredSection> stored = checkpoint.travelOf(group);
    if (stored.size() != travel.size()) {
      throw new BadCheckpointException(
          StepState.DAMAGED,
          String.format(
              Locale.ROOT,
              "step %d: group %d has %d buffers of how it travels, expected %d",
              checkpoint.manifest().step(),
              group,
              stored.size(),
              travel.size()));
    }
    readAll(checkpoint, stored, travel);
  }

  private static void readAll(
      Checkpoint checkpoint, List<StoredSection> stored, List<? extends MutableDirectBuffer> into)
      throws IOException {
    for (int part = 0; part < into.size(); part++) {
      checkpoint.read(stored.get(part).id(), into.get(part));
    }
  }
}
