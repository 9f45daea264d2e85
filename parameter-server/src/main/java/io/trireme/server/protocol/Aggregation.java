package io.trireme.server.protocol;

/** How a server makes steps out of contributions: one for all groups, with a part for each. */
interface Aggregation {

  /** That of a job: whole steps, or a stream of steps for each slot. */
  static Aggregation of(ServerOptions options, ServerRules rules, ContributionPool pool) {
    return options.streams()
        ? new SlotStreams(options, pool)
        : new WholeSteps(options, rules, pool);
  }

  /** What gathers the contributions to a group that this server holds. */
  GroupAggregation of(Replica replica);

  /**
   * Enters a generation, in which replicas have their roles: sends workers what they begin with,
   * and goes on with what was under way.
   */
  void enter(Sessions sessions, Replicas replicas);

  /**
   * Takes another server's share of the global norm.
   *
   * @return false if it is out of place
   */
  boolean takeShare(int block, long step, double sumOfSquares);

  /** Forgets what belongs to the generation. */
  void seal();

  /** The most steps that it let a worker be ahead of the slowest slot; 0 for whole steps. */
  long staleness();
}
