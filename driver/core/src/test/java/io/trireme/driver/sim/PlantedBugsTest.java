package io.trireme.driver.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.common.message.ShardReport;
import io.trireme.common.wire.JobKey;
import io.trireme.driver.coordinator.Coordinator;
import io.trireme.server.protocol.ServerRules;
import java.io.IOException;
import java.util.Map;
import java.util.function.UnaryOperator;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.description.modifier.Visibility;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.implementation.FixedValue;
import net.bytebuddy.matcher.ElementMatcher;
import net.bytebuddy.matcher.ElementMatchers;
import net.bytebuddy.pool.TypePool;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Proves that the simulation bites: takes one rule of the protocol away, in classes of its own
 * class loader, and has the same seeds find it.
 */
@Timeout(1800)
@Execution(ExecutionMode.CONCURRENT)
class PlantedBugsTest {

  private static final int MOST_SEEDS = 3000;
  private static final String LEDGER = "io.trireme.server.protocol.BlockLedger";
  private static final String RULES = ServerRules.class.getName();

  /** A rule that is taken away. */
  enum Bug {
    NONE(Map.of()),
    DROPPED_LEDGER(
        Map.of(
            RULES,
            builder ->
                returning("isDuplicate", false)
                    .apply(returning("replaces", false).apply(builder)))),
    OLD_INCARNATION_ACCEPTED(
        Map.of(
            "io.trireme.common.wire.FrameOpener",
            returning("isSameLife", true),
            JobKey.class.getName(),
            builder -> builder.visit(Advice.to(SameKey.class).on(ElementMatchers.named("linkKey"))),
            Coordinator.class.getName(),
            builder ->
                returning("isFenced", false).apply(returning("isRemoved", false).apply(builder)))),
    ACKNOWLEDGED_BEFORE_THE_BACKUP_HAS_IT(Map.of(RULES, returning("releaseAwaitsBackup", false))),
    REASSIGNED_WITHOUT_FENCING(Map.of(RULES, returning("stopsWhenSealed", false))),
    SUMMED_IN_ARRIVAL_ORDER(Map.of(RULES, returning("precedes", true))),
    DUPLICATES_COUNT_AFTER_A_CHANGE(
        Map.of(
            LEDGER,
            builder ->
                builder
                    .defineField("changed", boolean.class, Visibility.PUBLIC)
                    .visit(Advice.to(Changed.class).on(ElementMatchers.named("forget")))
                    .visit(Advice.to(Unchanged.class).on(ElementMatchers.named("isCounted"))),
            RULES,
            returning("replaces", false))),
    PROMOTED_WITHOUT_THE_LAST_STEP(
        Map.of(
            "io.trireme.server.protocol.Replica",
            advised(OnlyPrimary.class, ElementMatchers.named("apply")))),
    BOUND_OFF_BY_ONE(
        Map.of(
            "io.trireme.server.protocol.StreamReplies",
            advised(OneMore.class, ElementMatchers.isConstructor()))),
    LOCAL_STEPS_WEIGHTED_BY_WORKERS(
        Map.of(
            "io.trireme.worker.local.DeltaKernel",
            advised(EqualWeights.class, ElementMatchers.named("apply")))),
    CHECKPOINT_OF_TWO_STEPS(
        Map.of(
            "io.trireme.driver.coordinator.CheckpointPlan",
            advised(
                NextStepToo.class,
                ElementMatchers.named("note").and(ElementMatchers.takesArguments(1))))),
    NOBODY_LOOKS_AT_THE_CLOCK(
        Map.of(
            Coordinator.class.getName(),
            advised(Never.class, ElementMatchers.named("onTick").and(ElementMatchers.isPublic()))));

    final Map<String, UnaryOperator<DynamicType.Builder<?>>> changes;

    Bug(Map<String, UnaryOperator<DynamicType.Builder<?>>> changes) {
      this.changes = changes;
    }
  }

  private static UnaryOperator<DynamicType.Builder<?>> advised(
      Class<?> advice, ElementMatcher<? super MethodDescription> methods) {
    return builder -> builder.visit(Advice.to(advice).on(methods));
  }

  private static UnaryOperator<DynamicType.Builder<?>> returning(String method, Object value) {
    return builder ->
        builder.method(ElementMatchers.named(method)).intercept(FixedValue.value(value));
  }

  /** Every link has the same key in every generation. */
  static final class SameKey {
    @Advice.OnMethodExit
    static void exit(@Advice.Return(readOnly = false) SecretKey key) {
      key = new SecretKeySpec(new byte[16], "AES");
    }
  }

  /** The generation has ended once. */
  static final class Changed {
    @Advice.OnMethodExit
    static void exit(@Advice.FieldValue(value = "changed", readOnly = false) boolean changed) {
      changed = true;
    }
  }

  /** What is counted is known only before the first change of generation. */
  static final class Unchanged {
    @Advice.OnMethodExit
    static void exit(
        @Advice.FieldValue("changed") boolean changed,
        @Advice.Return(readOnly = false) boolean counted) {
      counted &= !changed;
    }
  }

  /** A backup says that it holds a step which it has not applied. */
  static final class OnlyPrimary {
    @Advice.OnMethodEnter
    static void enter(
        @Advice.FieldValue("role") Object role,
        @Advice.Argument(value = 0, readOnly = false) double factor) {
      factor = role.getClass().getName().endsWith("BackupRole") ? -1 : factor;
    }
  }

  /** Does nothing. */
  static final class Never {
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter() {
      return true;
    }
  }

  /** Workers may be one step further ahead. */
  static final class OneMore {
    @Advice.OnMethodEnter
    static void enter(@Advice.Argument(value = 0, readOnly = false) long staleness) {
      staleness++;
    }
  }

  /** Every slot counts alike, however many examples it has. */
  static final class EqualWeights {
    @Advice.OnMethodEnter
    static void enter(@Advice.Argument(value = 2, readOnly = false) double weights) {
      weights = 1;
    }
  }

  /** Shards of a step and of the next are put together. */
  static final class NextStepToo {
    @Advice.OnMethodEnter
    static void enter(@Advice.Argument(value = 0, readOnly = false) ShardReport shard) {
      shard = new ShardReport(shard.step() / 2 * 2, shard.file());
    }
  }

  @ParameterizedTest
  @EnumSource
  void isFoundByTheSimulation(Bug bug) throws Exception {
    Class<?> simulation = Class.forName(Simulation.class.getName(), true, new Mutant(bug.changes));
    var verdict = simulation.getDeclaredMethod("verdict", long.class);
    verdict.setAccessible(true);
    String found = null;
    int seed = 0;
    while (found == null && seed < (bug == Bug.NONE ? 40 : MOST_SEEDS)) {
      seed++;
      found = (String) verdict.invoke(null, (long) seed);
    }
    System.out.printf(
        "%-40s %s%n", bug, found == null ? "nothing found" : "seed " + seed + ": " + found);
    if (bug == Bug.NONE) {
      assertThat(found).isNull();
    } else {
      assertThat(found).as("%s was not found by %s seeds", bug, seed).isNotNull();
    }
  }

  /** Loads the project's classes anew, some of them changed. */
  private static final class Mutant extends ClassLoader {
    private final Map<String, UnaryOperator<DynamicType.Builder<?>>> changes;
    private final ClassFileLocator files =
        ClassFileLocator.ForClassLoader.of(Coordinator.class.getClassLoader());

    Mutant(Map<String, UnaryOperator<DynamicType.Builder<?>>> changes) {
      super(PlantedBugsTest.class.getClassLoader());
      this.changes = changes;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith("io.trireme.")) {
        return super.loadClass(name, resolve);
      }
      Class<?> known = findLoadedClass(name);
      if (known != null) {
        return known;
      }
      try {
        byte[] bytes = bytes(name);
        return defineClass(name, bytes, 0, bytes.length);
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }

    private byte[] bytes(String name) throws IOException {
      UnaryOperator<DynamicType.Builder<?>> change = changes.get(name);
      if (change == null) {
        return files.locate(name).resolve();
      }
      TypeDescription type = TypePool.Default.of(files).describe(name).resolve();
      return change.apply(new ByteBuddy().redefine(type, files)).make().getBytes();
    }
  }
}
