package io.trireme.driver.sim;

import io.trireme.common.message.ServerReport;
import io.trireme.common.wire.LinkKeys;
import io.trireme.driver.coordinator.CheckpointPlan;
import io.trireme.driver.coordinator.Deadlines;
import io.trireme.driver.coordinator.LifeRegistry;
import io.trireme.kernels.optimizer.GroupUpdater;
import io.trireme.server.protocol.ServerRules;
import io.trireme.server.protocol.Snapshots;
import java.util.function.BooleanSupplier;

/**
 * The parts that a simulation hands in to coordinator, servers and workers. As they are here, they
 * are those of a real run; a {@link PlantedBug} replaces one that holds a rule.
 */
interface Parts {

  /** The parts of a real run. */
  Parts REAL = new Parts() {};

  /** How long the coordinator waits for members. */
  default Deadlines deadlines(Deadlines real) {
    return real;
  }

  /** Which lives the coordinator has given up. */
  default LifeRegistry lives(LifeRegistry real) {
    return real;
  }

  /** Which shards make a checkpoint. */
  default CheckpointPlan checkpoints(CheckpointPlan real) {
    return real;
  }

  /** What binds frames to lives and generations. */
  default LinkKeys keys(LinkKeys real) {
    return real;
  }

  /**
   * The decisions of one life of a server.
   *
   * @param generation the generation that it is in; 0 if in none yet
   */
  default ServerRules rules() {
    return ServerRules.STANDARD;
  }

  /**
   * How far servers let workers be ahead of each other; negative where every step waits for all.
   */
  default long staleness(long real) {
    return real;
  }

  /**
   * The updater of a group on a server.
   *
   * @param isBackup whether the server is the group's backup now
   */
  default GroupUpdater updater(GroupUpdater real, BooleanSupplier isBackup) {
    return real;
  }

  /** What takes a server's groups for checkpoints. */
  default Snapshots snapshots(Snapshots real) {
    return real;
  }

  /** What a server tells the coordinator of a job with so many groups. */
  default ServerReport report(ServerReport real, int groups) {
    return real;
  }

  /** The weight of a slot whose worker has taken local steps over so many examples. */
  default int weight(int examples) {
    return examples;
  }
}
