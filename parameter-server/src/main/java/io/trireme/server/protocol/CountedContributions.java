package io.trireme.server.protocol;

import io.trireme.common.slots.ReductionTree;
import io.trireme.common.slots.TreeNode;
import io.trireme.kernels.sum.BlockSum;
import io.trireme.kernels.sum.SumProgram;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/** Whole contributions to one block and one step: disjoint, in ascending order of their slots. */
final class CountedContributions {

  /** How contributions of these nodes are added, and room for their floats while they are. */
  private record Plan(List<TreeNode> nodes, SumProgram program, DirectBuffer[] streams) {}

  private final ReductionTree tree;
  private final ContributionPool pool;
  private final ServerRules rules;
  private final List<Contribution> counted = new ArrayList<>();
  private int slots;
  private @Nullable Plan plan;

  CountedContributions(ReductionTree tree, ContributionPool pool, ServerRules rules) {
    this.tree = tree;
    this.pool = pool;
    this.rules = rules;
  }

  /** How many slots are counted. */
  int slots() {
    return slots;
  }

  /** How many of the slots [lo, hi) are not counted. */
  int missing(int lo, int hi) {
    int missing = hi - lo;
    for (int i = 0; i < counted.size(); i++) {
      Contribution other = counted.get(i);
      missing -= Math.max(0, Math.min(hi, other.hi()) - Math.max(lo, other.lo()));
    }
    return missing;
  }

  /** Counts one more, in place of those that it contains. */
  void add(Contribution whole) {
    for (int i = counted.size() - 1; i >= 0; i--) {
      Contribution other = counted.get(i);
      if (whole.lo() <= other.lo() && other.hi() <= whole.hi()) {
        slots -= other.slots();
        pool.release(counted.remove(i));
      }
    }
    int at = 0;
    while (at < counted.size() && rules.precedes(counted.get(at).lo(), whole.lo())) {
      at++;
    }
    counted.add(at, whole);
    slots += whole.slots();
  }

  /** Whether one of them is no number. */
  boolean hasVoid() {
    for (int i = 0; i < counted.size(); i++) {
      if (counted.get(i).isVoid()) {
        return true;
      }
    }
    return false;
  }

  /** Writes their sum along the tree, of so many floats. */
  void sum(BlockSum kernel, MutableDirectBuffer target, int targetOffset, int length) {
    Plan here = plan();
    for (int i = 0; i < here.streams().length; i++) {
      here.streams()[i] = counted.get(i).floats();
    }
    kernel.sum(here.program(), here.streams(), target, targetOffset, length);
  }

  /** Gives all of them back to the pool. */
  void release() {
    for (int i = 0; i < counted.size(); i++) {
      pool.release(counted.get(i));
    }
    counted.clear();
    slots = 0;
  }

  private Plan plan() {
    Plan known = plan;
    if (known != null && isOver(known.nodes())) {
      return known;
    }
    List<TreeNode> nodes =
        counted.stream().map(whole -> new TreeNode(whole.lo(), whole.hi())).toList();
    Plan made = new Plan(nodes, pool.program(tree, nodes), new DirectBuffer[nodes.size()]);
    plan = made;
    return made;
  }

  private boolean isOver(List<TreeNode> nodes) {
    if (nodes.size() != counted.size()) {
      return false;
    }
    for (int i = 0; i < counted.size(); i++) {
      if (nodes.get(i).lo() != counted.get(i).lo() || nodes.get(i).hi() != counted.get(i).hi()) {
        return false;
      }
    }
    return true;
  }

  /** The slots that are not counted, for messages: such as {@code [0, 2) [5, 6)}. */
  String missingSlots() {
    StringBuilder missing = new StringBuilder();
    int from = 0;
    for (Contribution whole : counted) {
      appendRange(missing, from, whole.lo());
      from = whole.hi();
    }
    appendRange(missing, from, tree.slots());
    return missing.toString().strip();
  }

  private static void appendRange(StringBuilder text, int from, int to) {
    if (from < to) {
      text.append('[').append(from).append(", ").append(to).append(") ");
    }
  }
}
