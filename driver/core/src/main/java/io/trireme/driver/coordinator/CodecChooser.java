package io.trireme.driver.coordinator;

import io.trireme.common.config.CodecConfig;
import io.trireme.common.config.CompressionConfig;
import io.trireme.common.message.CodecChoice;
import io.trireme.common.message.CodecRate;
import io.trireme.common.message.CodecSwitch;
import io.trireme.driver.coordinator.StepTimeModel.Measured;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The single owner of the choice of codecs of a run. It measures the steps of the codecs that hold,
 * begins with {@code none} in both directions, and as long as its model promises a shorter step by
 * others, has those tried; then it stays with those that were measured fastest. When steps later
 * become much shorter or longer for long, it begins anew, less and less readily.
 *
 * <p>A choice is wanted until the coordinator has formed a generation for it ({@link #enter}).
 */
public final class CodecChooser implements CodecPolicy {

  /** Steps after a change that are not like others: parameters travel plain in the first. */
  private static final int UNLIKE_STEPS = 3;

  /** Steps at a run's start in which the virtual machine still compiles. */
  private static final int COLD_STEPS = 10;

  private static final int HURRIED_STEPS = 3;
  private static final int FEW_STEPS = 7;
  private static final int MANY_STEPS = 20;
  private static final double ENOUGH_SECONDS = 0.5;

  /** A trial that is so much slower than the best so far needs no exact measurement. */
  private static final double HOPELESS = 1.5;

  /** What is no slower than the best by more than this is kept rather than changed. */
  private static final double NO_WORSE = 1.01;

  private static final int MAX_TRIALS = 10;

  /** How far steps may move before codecs are chosen anew, and for how many windows in a row. */
  private static final double MOVED = 0.25;

  private static final int PATIENCE = 3;
  private static final int MAX_ROUNDS = 6;

  /** Steps that must be left for a trial to be worth its cost. */
  private static final int STEPS_LEFT = 40;

  private final List<CodecChoice> choices = new ArrayList<>();
  private final double vectorBytes;
  private final long warmupSteps;
  private final long lastStep;
  private final Map<String, CodecRate> rates = new HashMap<>();
  private final Map<CodecChoice, Measured> measured = new LinkedHashMap<>();
  private final List<CodecDecision> decisions = new ArrayList<>();
  private final StepWindow window = new StepWindow();
  private CodecSwitch codecs;
  private @Nullable CodecChoice wanted;
  private String why = "";
  private long measureFrom;
  private int workers = 1;
  private int servers = 1;
  private int trials;
  private int rounds;
  private boolean settled;
  private boolean warm;
  private boolean confirmed;
  private double reference;
  private int strikes;
  private int patience = PATIENCE;

  /**
   * A chooser of a run that has not begun.
   *
   * @param config must be {@link CompressionConfig#isAuto}
   * @param vectorBytes of the whole vector as it is
   * @param lastStep the first step that is not computed
   */
  public CodecChooser(CompressionConfig config, long vectorBytes, long lastStep) {
    this.vectorBytes = vectorBytes;
    this.warmupSteps = config.warmupSteps();
    this.lastStep = lastStep;
    List<CodecConfig> candidates = new ArrayList<>(List.of(CodecConfig.NONE));
    candidates.addAll(config.candidates());
    for (CodecConfig push : candidates) {
      for (CodecConfig pull : config.autoBack() ? candidates : List.of(config.back())) {
        choices.add(new CodecChoice(push, pull));
      }
    }
    CodecChoice first = choices.get(0);
    codecs = new CodecSwitch(first, first, 0);
  }

  /** The slowest executor counts. */
  @Override
  public void note(List<CodecRate> told) {
    for (CodecRate rate : told) {
      rates.merge(
          rate.codec(),
          rate,
          (a, b) ->
              new CodecRate(
                  a.codec(),
                  Math.max(a.encodeSeconds(), b.encodeSeconds()),
                  Math.max(a.decodeSeconds(), b.decodeSeconds()),
                  Math.max(a.ratio(), b.ratio())));
    }
  }

  @Override
  public void note(GlobalStep step) {
    if (wanted != null || rates.isEmpty() || step.step() < measureFrom || step.stepNs() <= 0) {
      return;
    }
    window.add(step.stepNs() / 1e9, step.computeNs() / 1e9);
    if (!isEnough()) {
      return;
    }
    Measured one = new Measured(codecs.now(), window.step(), window.compute());
    window.clear();
    if (settled) {
      watch(one, step.step());
    } else {
      measured.put(codecs.now(), one);
      search(step.step());
    }
  }

  private boolean isEnough() {
    boolean trial = !settled && !measured.isEmpty();
    return window.size() >= MANY_STEPS
        || (window.size() >= FEW_STEPS && window.seconds() >= ENOUGH_SECONDS)
        || (trial
            && window.size() >= HURRIED_STEPS
            && window.shortest() > HOPELESS * fastest().stepSeconds());
  }

  private Measured fastest() {
    Measured best = null;
    for (Measured one : measured.values()) {
      if (best == null || one.stepSeconds() < best.stepSeconds()) {
        best = one;
      }
    }
    if (best == null) {
      throw new IllegalStateException("nothing was measured");
    }
    return best;
  }

  private StepTimeModel model() {
    return new StepTimeModel(vectorBytes, workers, servers, rates, measured.values());
  }

  private void search(long step) {
    StepTimeModel model = model();
    double best = fastest().stepSeconds();
    CodecChoice next = null;
    double promised = best;
    for (CodecChoice choice : choices) {
      double seconds = model.predict(choice);
      if (!measured.containsKey(choice) && seconds < promised) {
        promised = seconds;
        next = choice;
      }
    }
    if (next != null && trials < MAX_TRIALS && lastStep - step > STEPS_LEFT) {
      trials++;
      want(next, String.format(Locale.ROOT, "trial: may take %s a step", time(promised)));
      decide(step, next);
    } else if (isDoubtful() && lastStep - step > STEPS_LEFT) {
      confirmed = true;
      want(choices.get(0), "measured again: the first steps of a run are slow");
      decide(step, choices.get(0));
    } else {
      settle(step);
    }
  }

  /** Whether others seem better than what was measured first, while everything was cold. */
  private boolean isDoubtful() {
    return !confirmed
        && !fastest().choice().equals(choices.get(0))
        && firstSeconds() < 2 * fastest().stepSeconds();
  }

  private void settle(long step) {
    double best = fastest().stepSeconds();
    CodecChoice chosen = fastest().choice();
    for (CodecChoice simple : List.of(choices.get(0), codecs.now())) {
      Measured known = measured.get(simple);
      if (known != null && known.stepSeconds() <= best * NO_WORSE) {
        chosen = simple;
        break;
      }
    }
    Measured known = measured.get(chosen);
    reference = known == null ? best : known.stepSeconds();
    settled = true;
    strikes = 0;
    String reason =
        String.format(
            Locale.ROOT,
            "fastest of %d measured: %s a step, %s with %s",
            measured.size(),
            time(reference),
            time(firstSeconds()),
            choices.get(0).name());
    if (!chosen.equals(codecs.now())) {
      want(chosen, reason);
    } else {
      why = reason;
    }
    decide(step, chosen);
  }

  private double firstSeconds() {
    Measured first = measured.get(choices.get(0));
    return first == null ? Double.NaN : first.stepSeconds();
  }

  private static String time(double seconds) {
    return String.format(Locale.ROOT, "%.4f s", seconds);
  }

  /** Chooses anew when the steps have moved for long. */
  private void watch(Measured one, long step) {
    double moved = Math.abs(one.stepSeconds() / reference - 1);
    strikes = moved > MOVED ? strikes + 1 : 0;
    if (strikes < patience || rounds >= MAX_ROUNDS || lastStep - step <= 2 * STEPS_LEFT) {
      return;
    }
    rounds++;
    patience *= 2;
    strikes = 0;
    trials = 0;
    settled = false;
    measured.clear();
    measured.put(codecs.now(), one);
    CodecChoice first = choices.get(0);
    if (codecs.now().equals(first)) {
      search(step);
    } else {
      // Only the time of a plain step tells what the links carry now.
      trials++;
      want(first, "steps take " + time(one.stepSeconds()) + " now, not " + time(reference));
      decide(step, first);
    }
  }

  private void want(CodecChoice choice, String reason) {
    wanted = choice;
    why = reason;
  }

  private void decide(long step, CodecChoice choice) {
    StepTimeModel model = model();
    Map<String, Double> predicted = new LinkedHashMap<>();
    choices.forEach(one -> predicted.put(one.name(), model.predict(one)));
    Map<String, Double> seconds = new LinkedHashMap<>();
    measured.forEach((one, known) -> seconds.put(one.name(), known.stepSeconds()));
    decisions.add(
        new CodecDecision(step, choice, why, model.linkBytesPerSecond(), predicted, seconds));
  }

  @Override
  public @Nullable String change() {
    CodecChoice next = wanted;
    return next == null ? null : "codecs are to be " + next.name() + ": " + why;
  }

  @Override
  public CodecSwitch enter(long step, int newWorkers, int newServers) {
    workers = newWorkers;
    servers = newServers;
    codecs = codecs.next(wanted == null ? codecs.now() : wanted, step);
    wanted = null;
    window.clear();
    measureFrom = Math.max(step, warmupSteps) + (warm ? UNLIKE_STEPS : COLD_STEPS);
    warm = true;
    return codecs;
  }

  @Override
  public List<CodecDecision> take() {
    List<CodecDecision> taken = List.copyOf(decisions);
    decisions.clear();
    return taken;
  }
}
