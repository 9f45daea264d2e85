package io.trireme.driver.run;

import io.trireme.common.checkpoint.Manifest;
import io.trireme.common.config.CheckpointConfig;
import io.trireme.common.config.JobConfig;
import io.trireme.common.layout.LayerSpan;
import io.trireme.common.layout.Layout;
import io.trireme.common.layout.Segment;
import io.trireme.common.message.JobSpec;
import io.trireme.common.slots.SlotPlan;
import io.trireme.data.DatasetDescription;
import io.trireme.data.schema.TensorSpec;
import io.trireme.driver.prepare.PreparedData;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a job comes to, for people: its data, its model, how both are shared out, and where it would
 * begin.
 *
 * @param lines of text, without line ends
 */
public record JobPlan(List<String> lines) {
  private static final double MIB = 1024 * 1024;

  public JobPlan {
    lines = List.copyOf(lines);
  }

  static JobPlan of(TrainingPlan plan, PreparedData data, StartPoint start, RunFolder folder) {
    JobConfig job = plan.job();
    List<String> lines = new ArrayList<>();
    lines.add(heading("job", job.job()));
    describe("train", data.train(), data.trainUri(), lines);
    DatasetDescription test = data.test();
    if (test == null) {
      lines.add(heading("test", "none: the model is not evaluated"));
    } else {
      describe("test", test, data.testUri(), lines);
    }
    describe(plan, lines);
    share(plan, lines);
    schedule(plan, start, lines);
    lines.add(heading("output", folder.path().toString()));
    return new JobPlan(lines);
  }

  private static void describe(
      String set, DatasetDescription data, String uri, List<String> lines) {
    lines.add(heading(set, String.format(Locale.ROOT, "%,d examples, %s", data.examples(), uri)));
    for (TensorSpec tensor : data.schema().tensors()) {
      lines.add(heading("", words(tensor)));
    }
  }

  private static String words(TensorSpec tensor) {
    String classes =
        tensor.isCategorical()
            ? String.format(Locale.ROOT, ", %,d classes", tensor.categories())
            : "";
    return tensor.role().name().toLowerCase(Locale.ROOT)
        + " "
        + tensor.text()
        + ", "
        + tensor.type().name().toLowerCase(Locale.ROOT)
        + classes;
  }

  private static void describe(TrainingPlan plan, List<String> lines) {
    Layout layout = plan.model().layout();
    lines.add(
        heading(
            "model",
            String.format(
                Locale.ROOT,
                "%s, engine %s: %,d parameters, %.1f MiB",
                plan.model().family(),
                plan.job().engine().name(),
                layout.length(),
                layout.length() * Float.BYTES / MIB)));
    for (int i = 0; i < layout.layers().size(); i++) {
      int layer = i;
      LayerSpan span = layout.layers().get(i);
      String arrays =
          layout.segments().stream()
              .filter(segment -> segment.layer() == layer)
              .map(JobPlan::words)
              .collect(Collectors.joining(", "));
      lines.add(
          heading(
              "",
              String.format(
                  Locale.ROOT, "%-12s %,12d parameters: %s", span.name(), span.length(), arrays)));
    }
  }

  private static String words(Segment segment) {
    return segment.name()
        + " "
        + segment.shape().stream().map(String::valueOf).collect(Collectors.joining(" x "));
  }

  private static void share(TrainingPlan plan, List<String> lines) {
    JobConfig job = plan.job();
    JobSpec spec = plan.spec();
    int backups = job.servers().replicas();
    lines.add(
        heading(
            "workers",
            String.format(
                Locale.ROOT,
                "%s, sharing a batch of %,d in %d slots",
                job.workers().min() == job.workers().max()
                    ? String.valueOf(job.workers().max())
                    : job.workers().min() + " to " + job.workers().max(),
                job.batch().size(),
                job.batch().slots())));
    lines.add(
        heading(
            "servers",
            String.format(
                Locale.ROOT,
                "%d, sharing %d blocks in %d groups, %s",
                job.servers().count(),
                spec.plan().blocks().size(),
                spec.plan().groups().size(),
                backups == 0 ? "without backups" : "each with " + backups + " backup")));
  }

  private static void schedule(TrainingPlan plan, StartPoint start, List<String> lines) {
    JobConfig job = plan.job();
    SlotPlan slots = plan.spec().slots();
    long last = plan.spec().lastStep();
    lines.add(
        heading(
            "steps",
            String.format(
                Locale.ROOT,
                "%,d: %d epochs of %,d; synchrony %s",
                last,
                job.epochs(),
                slots.stepsPerEpoch(),
                job.sync().mode().name().toLowerCase(Locale.ROOT))));
    double first = plan.learningRate(start.step());
    if (!Double.isNaN(first)) {
      lines.add(
          heading(
              "rate",
              "learning rate "
                  + (float) first
                  + " at first, "
                  + (float) plan.learningRate(Math.max(start.step(), last - 1))
                  + " at last"));
    }
    lines.add(heading("checkpoints", checkpoints(job.checkpoint())));
    Manifest from = start.manifest();
    lines.add(
        heading(
            "begins",
            from == null
                ? "with initial parameters of seed " + job.seed()
                : "with the checkpoint of step " + from.step()));
  }

  private static String checkpoints(@Nullable CheckpointConfig checkpoint) {
    if (checkpoint == null) {
      return "none: set checkpoint to be able to go on after a loss";
    }
    List<String> when = new ArrayList<>();
    if (checkpoint.everySteps() != null) {
      when.add("every " + checkpoint.everySteps() + " steps");
    }
    if (checkpoint.everySeconds() != null) {
      when.add("every " + checkpoint.everySeconds() + " s");
    }
    return String.join(", ", when);
  }

  private static String heading(String what, String text) {
    return String.format(Locale.ROOT, "%-12s %s", what, text);
  }
}
