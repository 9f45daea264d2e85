package io.trireme.worker.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.trireme.common.config.OptimizerConfig.ScheduleConfig;
import io.trireme.common.config.OuterConfig;
import io.trireme.common.slots.Seeds;
import io.trireme.data.ExampleOrder;
import io.trireme.worker.local.PullEngine.Call;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.schedule.MapSchedule;
import org.nd4j.linalg.schedule.ScheduleType;

/** Local steps against arithmetic by hand, on a model of one weight and one statistic. */
class LocalSlotComputerTest {
  private static final long SEED = 7;
  private static final double EXACT = 1e-5;

  /** 17 examples, steps of 4 in 2 slots, 3 local steps: rounds of 12 and of 5 (in 2 steps). */
  private static final LocalRounds PLAN = LocalRounds.of(17, 4, 2, 3);

  private static LocalSlotComputer computer(PullEngine engine) {
    return new LocalSlotComputer(engine, PullEngine::source, PLAN, SEED, 0);
  }

  @Test
  void takesTheStepsOfTheJobsOptimizerAndGoesBackToTheStart() {
    PullEngine engine = new PullEngine(new Sgd(0.5), 2).at(10, 4);
    try (LocalSlotComputer computer = computer(engine)) {
      double score = computer.compute(0, 1);
      ExampleOrder order = ExampleOrder.ofEpoch(17, SEED, 0);
      double weight = 10;
      double statistic = 4;
      double scores = 0;
      for (int local = 0; local < 3; local++) {
        float first = order.at(6 + 2 * local);
        float second = order.at(7 + 2 * local);
        Call call = engine.calls().get(local);
        assertThat(call.examples()).containsExactly(first, second);
        assertThat(call.step()).isEqualTo(local);
        assertThat(call.seed()).isEqualTo(Seeds.ofSlot(SEED, local, 1));
        assertThat((double) call.weight()).isCloseTo(weight, within(EXACT));
        scores += (square(weight - first) + square(weight - second)) / 2;
        double mean = (first + second) / 2.0;
        weight -= 0.5 * (weight - mean);
        statistic -= (statistic - mean) / 2;
      }
      assertThat(engine.calls()).hasSize(3);
      assertThat(score).isCloseTo(scores / 6, within(EXACT));
      assertThat((double) computer.gradient().getFloat(0))
          .isCloseTo(6 * (10 - weight), within(EXACT));
      assertThat((double) computer.gradient().getFloat(4)).isCloseTo(4 - statistic, within(EXACT));
      assertThat(engine.parameters().getFloat(0)).isEqualTo(10);
      assertThat(engine.parameters().getFloat(4)).isEqualTo(4);
    }
  }

  private static double square(double value) {
    return value * value;
  }

  @Test
  void weighsSlotsByTheirExamples() {
    PullEngine engine = new PullEngine(new Sgd(0.5), 2).at(10, 4);
    OuterConfig outer = OuterConfig.averaging();
    try (LocalSlotComputer computer = computer(engine);
        OuterServer server = new OuterServer(engine, outer)) {
      server.round(computer, PLAN, 1);
      // Round 1 has 5 examples: slot 0 gets 2 in two steps of one, slot 1 gets 3 in steps of 1 and
      // 2.
      assertThat(engine.calls().stream().map(call -> call.examples().size()).toList())
          .containsExactly(1, 1, 1, 2);
      assertThat(engine.calls().stream().map(Call::step).toList()).containsExactly(3L, 4L, 3L, 4L);
      double[] weights = new double[2];
      double[] statistics = new double[2];
      for (int slot = 0; slot < 2; slot++) {
        weights[slot] = 10;
        statistics[slot] = 4;
        for (Call call : engine.calls().subList(2 * slot, 2 * slot + 2)) {
          double mean = call.examples().stream().mapToDouble(x -> x).average().orElseThrow();
          weights[slot] -= 0.5 * (weights[slot] - mean);
          statistics[slot] -= (statistics[slot] - mean) / 2;
        }
      }
      assertThat(server.parameter(0))
          .isCloseTo((2 * weights[0] + 3 * weights[1]) / 5, within(EXACT));
      assertThat(server.parameter(1))
          .isCloseTo((2 * statistics[0] + 3 * statistics[1]) / 5, within(EXACT));
    }
  }

  @Test
  void outerNesterovIsThatOfDiLoCo() {
    PullEngine engine = new PullEngine(new Sgd(0.1), 2).at(10, 4);
    OuterConfig outer =
        new OuterConfig("nesterovs", Map.of("momentum", 0.9), ScheduleConfig.fixed(0.7));
    OuterConfig averaging = OuterConfig.averaging();
    double weight = 10;
    double buffer = 0;
    try (LocalSlotComputer computer = computer(engine);
        OuterServer server = new OuterServer(engine, outer);
        OuterServer plain = new OuterServer(engine, averaging)) {
      for (long round = 0; round < 5; round++) {
        plain.become(server);
        plain.round(computer, PLAN, round);
        double delta = weight - plain.parameter(0);
        buffer = 0.9 * buffer + delta;
        weight -= 0.7 * (delta + 0.9 * buffer);
        server.round(computer, PLAN, round);
        assertThat(server.parameter(0)).isCloseTo(weight, within(1e-4));
        assertThat(server.parameter(1))
            .as("statistics are averaged")
            .isCloseTo(plain.parameter(1), within(EXACT));
        server.copyTo(engine);
      }
    }
  }

  @Test
  void schedulesRunOnWhileMomentsBeginAnew() {
    Map<Integer, Double> rates = Map.of(0, 0.125, 3, 0.5);
    Adam adam = new Adam(0.1);
    adam.setLrAndSchedule(Double.NaN, new MapSchedule(ScheduleType.ITERATION, rates));
    PullEngine engine = new PullEngine(adam, 2).at(100, 0);
    try (LocalSlotComputer computer = computer(engine)) {
      for (long round : new long[] {0, 1, 0}) {
        engine.calls().clear();
        computer.compute(round, 0);
        // Adam's first step is the rate itself, if bias correction counts from the round's start.
        double rate = round == 0 ? 0.125 : 0.5;
        assertThat((double) engine.calls().get(1).weight()).isCloseTo(100 - rate, within(1e-4));
      }
    }
  }

  @Test
  void clipsEachLocalStep() {
    PullEngine engine = new PullEngine(new Sgd(1), 2).at(100, 0);
    try (LocalSlotComputer computer =
        new LocalSlotComputer(engine, PullEngine::source, PLAN, SEED, 0.25)) {
      computer.compute(0, 0);
      List<Float> weights = new ArrayList<>();
      engine.calls().forEach(call -> weights.add(call.weight()));
      assertThat(weights).containsExactly(100f, 99.75f, 99.5f);
      assertThat(computer.gradient().getFloat(0)).isEqualTo(6 * 0.75f);
    }
  }

  @Test
  void refusesAnEngineThatIsTooSmall() {
    PullEngine engine = new PullEngine(new Sgd(1), 1);
    assertThatThrownBy(() -> computer(engine))
        .hasMessage("the engine takes 1 examples, a local step up to 2");
  }
}
