package io.trireme.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.trireme.common.breach.MachineDecides;
import java.lang.reflect.Field;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each rule of {@link ArchitectureTest} fails on a class that breaks it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ArchitectureBreachesTest {

  /** A rule's name, and what its failure names. */
  private static final Map<String, String> BREACHES =
      Map.ofEntries(
          Map.entry("modules", "UsesAbove"),
          Map.entry("packagesHaveNoCycles", "breach.left"),
          Map.entry("kernelsKnowNoShell", "UsesHadoop"),
          Map.entry("dataKnowsNoModel", "UsesNd4j"),
          Map.entry("enginesAreKnownByTheirInterface", "NamesEngine"),
          Map.entry("cudaStandsAlone", "UsesCore"),
          Map.entry("modelsAndEnginesAreFound", "NamesFamily"),
          Map.entry("thinModulesUseTheApi", "UsesInside"),
          Map.entry("protocolKnowsNoShell", "Shell"),
          Map.entry("protocolHasNoThreads", "Shell"),
          Map.entry("protocolHasNoRandomness", "Shell"),
          Map.entry("protocolHasNoClock", "Shell.now"),
          Map.entry("nothingSleeps", "Forbidden.sleep"),
          Map.entry("onlyProgramsEndTheJvm", "Forbidden.exit"),
          Map.entry("nothingDeserialisesJava", "Forbidden.read"),
          Map.entry("nothingPrintsStackTraces", "Forbidden.print"),
          Map.entry("noMachineDecides", "MachineDecides.lowered"),
          Map.entry("staticStateIsFinal", "Forbidden.state"));

  private static final List<String> PACKAGES =
      List.of(
          "io.trireme.breach",
          "io.trireme.common.breach",
          "io.trireme.kernels.breach",
          "io.trireme.data.breach",
          "io.trireme.cuda.breach",
          "io.trireme.worker.engine.breach",
          "io.trireme.worker.protocol.breach",
          "io.trireme.worker.dl4j.breach",
          "io.trireme.driver.breach",
          "io.trireme.dl4jspark.breach",
          "io.trireme.data.schema",
          "io.trireme.common.slots");

  private JavaClasses breaches = new ClassFileImporter().importPackages(List.of());

  @BeforeAll
  void load() {
    breaches = new ClassFileImporter().importPackages(PACKAGES);
  }

  static Stream<Field> rules() {
    return Arrays.stream(ArchitectureTest.class.getDeclaredFields())
        .filter(field -> field.isAnnotationPresent(ArchTest.class));
  }

  @ParameterizedTest
  @MethodSource("rules")
  void aBreachFails(Field rule) throws IllegalAccessException {
    String named = BREACHES.get(rule.getName());
    assertThat(named).as("a breach for rule %s", rule.getName()).isNotNull();
    ArchRule known = (ArchRule) rule.get(null);
    assertThatThrownBy(() -> known.check(breaches))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining(named);
  }

  /** One rule stands for many methods of Java's. */
  @Test
  void everyWayToAskTheMachineFails() {
    List<String> wrong =
        breaches.get(MachineDecides.class).getMethods().stream()
            .filter(
                method -> method.getAccessesFromSelf().stream().noneMatch(MachineDefaults::taken))
            .map(JavaMethod::getName)
            .toList();
    assertThat(wrong).containsExactly("right");
  }

  @Test
  void everyBreachHasItsRule() {
    assertThat(rules().map(Field::getName)).containsExactlyInAnyOrderElementsOf(BREACHES.keySet());
  }
}
