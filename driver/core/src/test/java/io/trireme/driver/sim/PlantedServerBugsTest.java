package io.trireme.driver.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.driver.coordinator.Coordinator;
import io.trireme.server.protocol.ServerCore;
import io.trireme.server.protocol.ServerLife;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.modifier.Visibility;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.implementation.FixedValue;
import net.bytebuddy.matcher.ElementMatchers;
import net.bytebuddy.pool.TypePool;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Proves that the simulation bites: takes one rule of the protocol away, in classes of its own
 * class loader, and has the same seeds find it.
 */
@Timeout(300)
class PlantedServerBugsTest {

  private static final int MOST_SEEDS = 3000;
  private static final String LEDGER = "io.trireme.server.protocol.BlockLedger";
  private static final String CONTRIBUTION = "io.trireme.server.protocol.Contribution";

  /** A rule that is taken away. */
  enum Bug {
    DROPPED_LEDGER(
        Map.of(
            LEDGER, returning("isCounted", false),
            CONTRIBUTION, returning("covers", false))),
    ACKNOWLEDGED_BEFORE_THE_BACKUP_HAS_IT(
        Map.of(ServerCore.class.getName(), returning("awaitsBackup", false))),
    REASSIGNED_WITHOUT_FENCING(
        Map.of(
            ServerCore.class.getName(),
            builder ->
                builder.visit(Advice.to(OnlyOnEntry.class).on(ElementMatchers.named("stop"))),
            ServerLife.class.getName(),
            builder ->
                builder.visit(
                    Advice.to(OnlyOnEntry.class).on(ElementMatchers.named("stopReceiving"))))),
    SUMMED_IN_ARRIVAL_ORDER(
        Map.of(
            LEDGER,
            builder ->
                builder.visit(Advice.to(LastPlace.class).on(ElementMatchers.named("placeOf"))))),
    DUPLICATES_COUNT_AFTER_A_CHANGE(
        Map.of(
            LEDGER,
            builder ->
                builder
                    .defineField("changed", boolean.class, Visibility.PUBLIC)
                    .visit(Advice.to(Changed.class).on(ElementMatchers.named("forget")))
                    .visit(Advice.to(Unchanged.class).on(ElementMatchers.named("isCounted"))),
            CONTRIBUTION,
            returning("covers", false)));

    final Map<String, UnaryOperator<DynamicType.Builder<?>>> changes;

    Bug(Map<String, UnaryOperator<DynamicType.Builder<?>>> changes) {
      this.changes = changes;
    }
  }

  private static UnaryOperator<DynamicType.Builder<?>> returning(String method, Object value) {
    return builder ->
        builder.method(ElementMatchers.named(method)).intercept(FixedValue.value(value));
  }

  /** What stops the old generation when another is sealed for, stops it only when it is entered. */
  static final class OnlyOnEntry {
    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean enter() {
      return "seal".equals(Thread.currentThread().getStackTrace()[2].getMethodName());
    }
  }

  /** A contribution is put behind those that came before it. */
  static final class LastPlace {
    @Advice.OnMethodExit
    static void exit(
        @Advice.Return(readOnly = false) int place, @Advice.FieldValue("counted") List<?> counted) {
      place = counted.size();
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

  @ParameterizedTest
  @EnumSource
  void isFoundByTheSimulation(Bug bug) throws Exception {
    Class<?> simulation = Class.forName(Simulation.class.getName(), true, new Mutant(bug.changes));
    var verdict = simulation.getDeclaredMethod("verdict", long.class);
    verdict.setAccessible(true);
    String found = null;
    int seed = 0;
    while (found == null && seed < MOST_SEEDS) {
      seed++;
      found = (String) verdict.invoke(null, (long) seed);
    }
    System.out.printf(
        "%-40s %s%n", bug, found == null ? "nothing found" : "seed " + seed + ": " + found);
    assertThat(found).as("%s was not found by %s seeds", bug, seed).isNotNull();
  }

  /** Loads the project's classes anew, some of them changed. */
  private static final class Mutant extends ClassLoader {
    private final Map<String, UnaryOperator<DynamicType.Builder<?>>> changes;
    private final ClassFileLocator files =
        ClassFileLocator.ForClassLoader.of(Coordinator.class.getClassLoader());

    Mutant(Map<String, UnaryOperator<DynamicType.Builder<?>>> changes) {
      super(PlantedServerBugsTest.class.getClassLoader());
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
