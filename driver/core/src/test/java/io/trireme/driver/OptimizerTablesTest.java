package io.trireme.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.common.config.OptimizerTables;
import io.trireme.common.config.OptimizerTables.Updater;
import java.beans.Introspector;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.AdaBelief;
import org.nd4j.linalg.learning.config.AdaDelta;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.AdaMax;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nadam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;

/** The job file's tables say the same as DL4J's own classes. */
class OptimizerTablesTest {

  private static final List<IUpdater> UPDATERS =
      List.of(
          new Sgd(),
          new Nesterovs(),
          new Adam(),
          new AdaMax(),
          new AMSGrad(),
          new Nadam(),
          new AdaBelief(),
          new RmsProp(),
          new AdaGrad(),
          new AdaDelta(),
          new NoOp());

  @Test
  void namesEveryUpdaterOfDl4j() {
    assertThat(OptimizerTables.UPDATERS)
        .extracting(Updater::name)
        .containsExactlyInAnyOrderElementsOf(
            UPDATERS.stream()
                .map(updater -> updater.getClass().getSimpleName().toLowerCase(Locale.ROOT))
                .toList());
  }

  @Test
  void takesTheNumbersAndDefaultsOfDl4j() throws ReflectiveOperationException {
    for (IUpdater updater : UPDATERS) {
      String name = updater.getClass().getSimpleName().toLowerCase(Locale.ROOT);
      Updater row =
          OptimizerTables.UPDATERS.stream()
              .filter(candidate -> candidate.name().equals(name))
              .findFirst()
              .orElseThrow();
      assertThat(row.defaultLearningRate() != null).as(name).isEqualTo(updater.hasLearningRate());
      Set<String> numbers = new TreeSet<>(row.numbers().keySet());
      if (row.defaultLearningRate() != null) {
        numbers.add("learningRate");
        assertThat(updater.getClass().getMethod("getLearningRate").invoke(updater))
            .as(name)
            .isEqualTo(row.defaultLearningRate());
      }
      assertThat(numbersOf(updater)).as(name).isEqualTo(numbers);
    }
  }

  private static Set<String> numbersOf(IUpdater updater) {
    return Arrays.stream(updater.getClass().getMethods())
        .filter(method -> method.getReturnType() == double.class)
        .filter(method -> method.getParameterCount() == 0 && method.getName().startsWith("get"))
        .map(method -> Introspector.decapitalize(method.getName().substring(3)))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
