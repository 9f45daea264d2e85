package io.trireme.driver.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trireme.data.schema.ElementType;
import io.trireme.data.schema.ExampleSchema;
import io.trireme.data.schema.Role;
import io.trireme.data.schema.TensorSpec;
import io.trireme.driver.api.result.PreflightException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.evaluation.classification.Evaluation;

class ClassCountsTest {
  private static final int ROWS = 97;

  /** The measures of parts, one of them empty, are those of a replay of every example. */
  @ParameterizedTest
  @ValueSource(ints = {2, 3, 10})
  void partsAddUpToTheWhole(int classes) {
    TensorSpec label = label(classes);
    Random random = new Random(classes);
    List<String> parts = new ArrayList<>();
    Evaluation replay = new Evaluation(classes);
    for (int rows : new int[] {ROWS, 0, 1, ROWS / 2}) {
      UnsafeBuffer labels = new UnsafeBuffer(new byte[ROWS * classes * Float.BYTES]);
      UnsafeBuffer outputs = new UnsafeBuffer(new byte[ROWS * classes * Float.BYTES]);
      for (int row = 0; row < rows; row++) {
        // The last class never comes, and is told now and then.
        int actual = random.nextInt(classes - 1);
        int told = random.nextInt(3) > 0 ? actual : random.nextInt(classes);
        labels.putFloat((row * classes + actual) * Float.BYTES, 1);
        outputs.putFloat((row * classes + told) * Float.BYTES, 0.5f);
        replay.eval(told, actual);
      }
      ClassCounts counts = new ClassCounts(label);
      counts.add(labels, outputs, rows);
      parts.add(counts.toJson());
    }

    Evaluation sum = ClassCounts.sum(parts);

    assertThat(sum.accuracy()).isEqualTo(replay.accuracy());
    assertThat(sum.precision()).isEqualTo(replay.precision());
    assertThat(sum.recall()).isEqualTo(replay.recall());
    assertThat(sum.f1()).isEqualTo(replay.f1());
    assertThat(sum.getConfusion()).isEqualTo(replay.getConfusion());
  }

  @Test
  void quantitiesAreToldBeforeTraining() {
    ExampleSchema prices =
        new ExampleSchema(
            List.of(new TensorSpec("price", Role.LABEL, ElementType.FLOAT32, List.of(), 0, 1)));
    assertThatThrownBy(() -> Evaluator.check(prices))
        .isInstanceOf(PreflightException.class)
        .hasMessageContaining("data.test")
        .hasMessageContaining("leave the test set out");
    Evaluator.check(new ExampleSchema(List.of(label(3))));
  }

  @Test
  void theFirstOfEqualOutputsIsTold() {
    ClassCounts counts = new ClassCounts(label(3));
    UnsafeBuffer labels = new UnsafeBuffer(new byte[3 * Float.BYTES]);
    labels.putFloat(Float.BYTES, 1);
    counts.add(labels, new UnsafeBuffer(new byte[3 * Float.BYTES]), 1);
    assertThat(ClassCounts.sum(List.of(counts.toJson())).getConfusion().getCount(1, 0)).isOne();
  }

  @Test
  void aLabelOfOneClassIsTaken() {
    TensorSpec amount = new TensorSpec("amount", Role.LABEL, ElementType.FLOAT32, List.of(), 0, 1);
    TensorSpec kind = label(4);
    assertThat(ClassCounts.label(new ExampleSchema(List.of(amount, kind)))).isEqualTo(kind);
    assertThatThrownBy(() -> ClassCounts.label(new ExampleSchema(List.of(amount))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("amount");
  }

  private static TensorSpec label(int classes) {
    return new TensorSpec("kind", Role.LABEL, ElementType.UINT8, List.of(), classes, 1);
  }
}
