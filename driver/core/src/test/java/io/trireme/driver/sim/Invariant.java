package io.trireme.driver.sim;

/** What a simulation looks at, each under the name of what it promises. */
enum Invariant {
  /** After every update a group has the bits of a quiet run. */
  GROUPS_ARE_THOSE_OF_A_QUIET_RUN,

  /** A worker begins and ends with the parameters of a quiet run. */
  REPLICAS_ARE_THOSE_OF_A_QUIET_RUN,

  /** All that hold the parameters of a step have the same bits. */
  REPLICAS_AGREE,

  /** Each slot of each step is counted once in every group. */
  SLOTS_COUNT_ONCE,

  /** What is added up are nodes of the reduction tree that have nothing in common. */
  SUMS_ARE_OVER_NODES,

  /** In a generation one server adds up a group. */
  A_GROUP_HAS_ONE_OWNER,

  /** No life is a member again that was replaced. */
  LIVES_DO_NOT_COME_BACK,

  /** Generations rise, and in each the slots and groups have owners. */
  GENERATIONS_COVER_ALL,

  /** A life takes nothing but from members of its generation. */
  SENDERS_ARE_MEMBERS,

  /** What a stranger sends again is refused. */
  STRANGERS_ARE_REFUSED,

  /** No worker is further ahead of a slot than allowed. */
  STALENESS_IS_BOUNDED,

  /** A server that says it holds a group before a step has the bits of that. */
  CLAIMED_IS_HELD,

  /** What a worker has of a group is on two servers, as long as two have the group. */
  RELEASED_IS_HELD_TWICE,

  /** No generation goes back behind what workers have. */
  RELEASED_IS_KEPT,

  /** State is lost only if all that held it are. */
  NO_STATE_IS_LOST_NEEDLESSLY,

  /** A run fails only for what was lost. */
  NO_RUN_FAILS_NEEDLESSLY,

  /** Where nothing breaks, nothing is lost. */
  NO_LIFE_IS_LOST_NEEDLESSLY,

  /** A checkpoint is, bit for bit, the whole state before its step. */
  CHECKPOINTS_ARE_OF_ONE_STEP,

  /** A step counts as kept only if a checkpoint of it was written. */
  COMMITTED_IS_STORED,

  /** Each step is told once, in order. */
  STEPS_ARE_TOLD_ONCE,

  /** A run does not stand still. */
  SOMETHING_MOVES,

  /** Generations that follow each other gain something. */
  SOMETHING_IS_GAINED,

  /** A job ends. */
  JOBS_END
}
