package io.trireme.driver;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.ObjectInputStream;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;

/** What ARCHITECTURE.md promises of the code, as a failing build. */
@AnalyzeClasses(packages = "io.trireme", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  private static final String[] PROTOCOL = {
    "io.trireme.server.protocol..",
    "io.trireme.worker.protocol..",
    "io.trireme.driver.coordinator..",
    "io.trireme.common.slots..",
    "io.trireme.common.layout..",
  };

  private static final String[] ND4J = {"org.nd4j..", "org.deeplearning4j..", "org.bytedeco.."};

  private static final Set<String> CLOCKS =
      Set.of("nanoTime", "currentTimeMillis", "getenv", "getProperty");

  @ArchTest
  static final ArchRule modules =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .withOptionalLayers(true)
          .layer("core")
          .definedBy("io.trireme.common..")
          .layer("kernels")
          .definedBy("io.trireme.kernels..")
          .layer("data")
          .definedBy("io.trireme.data..")
          .layer("parameter-server")
          .definedBy("io.trireme.server..")
          .layer("cuda")
          .definedBy("io.trireme.cuda..")
          .layer("worker")
          .definedBy("io.trireme.worker..")
          .layer("driver")
          .definedBy("io.trireme.driver..")
          .whereLayer("driver")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("worker")
          .mayOnlyBeAccessedByLayers("driver")
          .whereLayer("cuda")
          .mayOnlyBeAccessedByLayers("worker")
          .whereLayer("parameter-server")
          .mayOnlyBeAccessedByLayers("driver")
          .whereLayer("data")
          .mayOnlyBeAccessedByLayers("worker", "driver")
          .whereLayer("kernels")
          .mayOnlyBeAccessedByLayers("parameter-server", "worker", "driver");

  @ArchTest
  static final ArchRule packagesHaveNoCycles =
      slices().matching("io.trireme.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule kernelsKnowNoShell =
      noClasses()
          .that()
          .resideInAPackage("io.trireme.kernels..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.aeron..", "org.apache.spark..", "org.apache.hadoop..")
          .because("kernels are pure functions over memory");

  @ArchTest
  static final ArchRule dataKnowsNoModel =
      noClasses()
          .that()
          .resideInAPackage("io.trireme.data..")
          .should()
          .dependOnClassesThat(resideInAnyPackage(ND4J).or(resideInAPackage("org.apache.spark..")))
          .because("a source is read by any engine, and its checks run before Spark starts");

  @ArchTest
  static final ArchRule enginesAreKnownByTheirInterface =
      noClasses()
          .that()
          .resideInAnyPackage("io.trireme.worker.engine..", "io.trireme.worker.protocol..")
          .should()
          .dependOnClassesThat(
              resideInAnyPackage(ND4J).or(resideInAPackage("io.trireme.worker.dl4j..")))
          .because("another engine fits in");

  @ArchTest
  static final ArchRule cudaStandsAlone =
      noClasses()
          .that()
          .resideInAPackage("io.trireme.cuda..")
          .should()
          .dependOnClassesThat(
              resideInAnyPackage(ND4J)
                  .or(
                      resideInAPackage("io.trireme..")
                          .and(DescribedPredicate.not(resideInAPackage("io.trireme.cuda..")))))
          .allowEmptyShould(true)
          .because("a GPU host needs this module and a Java runtime alone");

  @ArchTest
  static final ArchRule modelsAndEnginesAreFound =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "io.trireme.worker.dl4j..", "io.trireme.driver.api", "org.nd4j..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.trireme.worker.dl4j..", "org.deeplearning4j..")
          .because("families and engines are found; programs alone hand DL4J's models over");

  @ArchTest
  static final ArchRule thinModulesUseTheApi =
      noClasses()
          .that()
          .resideInAnyPackage("io.trireme.dl4jspark..", "io.trireme.sparkml..")
          .should()
          .dependOnClassesThat(
              resideInAPackage("io.trireme..")
                  .and(
                      DescribedPredicate.not(
                          resideInAnyPackage(
                              "io.trireme.driver.api..",
                              "io.trireme.dl4jspark..",
                              "io.trireme.sparkml.."))))
          .allowEmptyShould(true)
          .because("what they need and the API lacks belongs into the API");

  @ArchTest
  static final ArchRule protocolKnowsNoShell =
      noClasses()
          .that()
          .resideInAnyPackage(PROTOCOL)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.aeron..",
              "org.apache.spark..",
              "org.apache.hadoop..",
              "java.net..",
              "java.nio.channels..")
          .because("protocol code runs in the simulator: links are handed in");

  @ArchTest
  static final ArchRule protocolHasNoThreads =
      noClasses()
          .that()
          .resideInAnyPackage(PROTOCOL)
          .should()
          .dependOnClassesThat(
              DescribedPredicate.describe(
                  "are threads or wait for them",
                  type ->
                      type.isEquivalentTo(Thread.class)
                          || type.getPackageName().equals("java.util.concurrent.locks")
                          || type.isAssignableTo(java.util.concurrent.Executor.class)))
          .because("one thread owns a state machine, and it is not its own");

  @ArchTest
  static final ArchRule protocolHasNoRandomness =
      noClasses()
          .that()
          .resideInAnyPackage(PROTOCOL)
          .should()
          .dependOnClassesThat(
              DescribedPredicate.describe(
                  "draw random numbers",
                  (JavaClass type) ->
                      type.isAssignableTo(Random.class)
                          || type.isEquivalentTo(ThreadLocalRandom.class)
                          || type.isEquivalentTo(RandomGenerator.class)))
          .orShould()
          .callMethod(Math.class, "random")
          .because("a simulated run must replay");

  @ArchTest
  static final ArchRule protocolHasNoClock =
      noClasses()
          .that()
          .resideInAnyPackage(PROTOCOL)
          .should()
          .callMethodWhere(
              DescribedPredicate.describe(
                  "asks the system for time or settings",
                  call ->
                      call.getTargetOwner().isEquivalentTo(System.class)
                          && CLOCKS.contains(call.getTarget().getName())))
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.time.Clock")
          .because("time is handed in");

  @ArchTest
  static final ArchRule nothingSleeps =
      noClasses()
          .should()
          .callMethodWhere(
              DescribedPredicate.describe(
                  "sleeps",
                  call ->
                      call.getTarget().getName().equals("sleep")
                          && (call.getTargetOwner().isEquivalentTo(Thread.class)
                              || call.getTargetOwner()
                                  .isEquivalentTo(java.util.concurrent.TimeUnit.class))))
          .because("agents do bounded work and idle through their runner");

  @ArchTest
  static final ArchRule onlyProgramsEndTheJvm =
      noClasses()
          .that()
          .resideOutsideOfPackages("io.trireme.driver.cli..", "io.trireme.cuda.check..")
          .should()
          .callMethodWhere(
              DescribedPredicate.describe(
                  "ends the JVM", (JavaCall<?> call) -> endsJvm(call.getTarget())));

  @ArchTest
  static final ArchRule nothingDeserialisesJava =
      noClasses().should().dependOnClassesThat().areAssignableTo(ObjectInputStream.class);

  @ArchTest
  static final ArchRule nothingPrintsStackTraces =
      noClasses()
          .should()
          .callMethod(Throwable.class, "printStackTrace")
          .orShould()
          .callMethod(Exception.class, "printStackTrace");

  @ArchTest
  static final ArchRule noMachineDecides =
      noClasses()
          .should()
          .accessTargetWhere(
              DescribedPredicate.describe(
                  "takes locale, zone or charset from the machine", MachineDefaults::taken))
          .because("names, numbers and files are the same on every machine");

  @ArchTest
  static final ArchRule staticStateIsFinal =
      fields()
          .that()
          .areStatic()
          .should()
          .beFinal()
          .because("a JVM holds several workers and servers, and jobs one after the other");

  private static boolean endsJvm(AccessTarget target) {
    return (target.getOwner().isEquivalentTo(System.class) && target.getName().equals("exit"))
        || (target.getOwner().isEquivalentTo(Runtime.class)
            && (target.getName().equals("exit") || target.getName().equals("halt")));
  }
}
