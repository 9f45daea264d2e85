package io.trireme.driver.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.common.transport.aeron.AeronMemory;
import io.trireme.driver.executor.HostMemory;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryPlanTest {

  private static final long MIB = 1 << 20;
  private static final SharedMemoryNeed TWO_AND_TWO = new SharedMemoryNeed(2, 2, true);

  private static HostMemory executor(String host, long heapMib, long limitMib, long sharedMib) {
    return new HostMemory(
        host,
        heapMib * MIB,
        2 * heapMib * MIB,
        "container of " + host,
        limitMib * MIB,
        "/dev/shm",
        "shm of " + host,
        sharedMib * MIB);
  }

  @Test
  void aHostWith64MibOfSharedMemoryIsEnoughForTwoWorkersAndTwoServers() {
    HostMemory small = executor("a", 256, 4096, 64);
    MemoryPlan onOne = MemoryPlan.of(TWO_AND_TWO, List.of(small), null);
    MemoryPlan onTwo = MemoryPlan.of(TWO_AND_TWO, List.of(small, small), null);
    assertThat(onOne.findings()).isEmpty();
    assertThat(onTwo.findings()).isEmpty();
    assertThat(onTwo.termLengthBytes()).isEqualTo(AeronMemory.SHORTEST_TERM_BYTES);
  }

  @Test
  void termsAreAsLongAsTheHostWithTheLeastRoomAllows() {
    HostMemory roomy = executor("a", 256, 4096, 4096);
    HostMemory tight = executor("b", 256, 4096, 40);
    assertThat(MemoryPlan.of(TWO_AND_TWO, List.of(roomy, roomy), null).termLengthBytes())
        .isEqualTo(AeronMemory.USUAL_TERM_BYTES);
    assertThat(MemoryPlan.of(TWO_AND_TWO, List.of(roomy, tight), null).termLengthBytes())
        .isEqualTo(AeronMemory.USUAL_TERM_BYTES / 2);
  }

  @Test
  void aHostCountsWhatIsOnItAndNotTheWholeRun() {
    HostMemory[] hosts = new HostMemory[64];
    for (int i = 0; i < hosts.length; i++) {
      hosts[i] = executor("host-" + i, 256, 4096, 2600);
    }
    MemoryPlan plan = MemoryPlan.of(new SharedMemoryNeed(64, 64, true), List.of(hosts), 2 << 20);
    assertThat(plan.findings()).isEmpty();
    assertThat(plan.table(null)).hasSize(65);
  }

  @Test
  void termsThatFitNowhereAreRefusedWithTheirKey() {
    HostMemory small = executor("a", 256, 4096, 64);
    MemoryPlan plan = MemoryPlan.of(TWO_AND_TWO, List.of(small, small), 1 << 20);
    assertThat(plan.findings())
        .singleElement()
        .asString()
        .contains("/dev/shm of a", "has 64 MiB free", "2 workers and 2 servers on 2 executors")
        .contains("terms of 1024 KiB", "transport.termLength");
  }

  @Test
  void membersThatFitWithNoTermsAreRefused() {
    HostMemory small = executor("a", 256, 4096, 16);
    MemoryPlan plan = MemoryPlan.of(TWO_AND_TWO, List.of(small), null);
    assertThat(plan.findings())
        .singleElement()
        .asString()
        .contains("has 16 MiB free", "lower servers or workers");
  }

  @Test
  void aHeapThatItsContainerDoesNotHoldIsRefused() {
    MemoryPlan plan = MemoryPlan.of(TWO_AND_TWO, List.of(executor("a", 4200, 4096, 64)), null);
    assertThat(plan.findings())
        .singleElement()
        .asString()
        .contains("memory of a", "is 4096 MiB", "heap may be 4200 MiB", "spark.executor.memory");
  }

  @Test
  void heapsThatTogetherMayOutgrowTheirContainerAreWarnedOf() {
    HostMemory half = executor("a", 2048, 4096, 64);
    MemoryPlan plan = MemoryPlan.of(TWO_AND_TWO, List.of(half, half), null);
    assertThat(plan.findings()).isEmpty();
    assertThat(plan.warnings()).singleElement().asString().contains("heaps of 2 executors");
  }

  @Test
  void theTableHasALineForEachKindOfProcess() {
    HostMemory executor = executor("a", 256, 4096, 64);
    MemoryPlan plan = MemoryPlan.of(TWO_AND_TWO, List.of(executor, executor), null);
    List<String> table = plan.table(executor("d", 1024, 4096, 64));
    assertThat(table).hasSize(3);
    assertThat(table.get(0)).contains("heap", "process", "shared", "free", "limit");
    assertThat(table.get(1)).startsWith("driver ").contains("1024", "2048", "4096");
    assertThat(table.get(2))
        .startsWith("2 executors on a: workers 1, servers 1 ")
        .contains("256", "512", "64", "4096");
  }
}
