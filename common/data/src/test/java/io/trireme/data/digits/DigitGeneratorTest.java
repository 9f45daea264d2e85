package io.trireme.data.digits;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class DigitGeneratorTest {
  private static final int PIXELS = DigitGenerator.SIZE * DigitGenerator.SIZE;

  @Test
  void anExampleDependsOnSeedSplitAndIndexAlone() {
    DigitGenerator forwards = new DigitGenerator(7);
    DigitGenerator backwards = new DigitGenerator(7);
    byte[][] images = new byte[50][PIXELS];
    int[] labels = new int[50];
    for (int i = 0; i < 50; i++) {
      labels[i] = forwards.draw(0, i, images[i], 0);
    }
    byte[] again = new byte[PIXELS + 3];
    for (int i = 49; i >= 0; i--) {
      assertThat(backwards.draw(0, i, again, 3)).isEqualTo(labels[i]);
      assertThat(Arrays.copyOfRange(again, 3, again.length)).isEqualTo(images[i]);
    }
  }

  /** A change of the drawing must change {@link DigitGenerator#VERSION}, and this number. */
  @Test
  void drawsTheSameOnEveryMachine() {
    DigitGenerator generator = new DigitGenerator(42);
    byte[] image = new byte[PIXELS];
    CRC32C crc = new CRC32C();
    for (int i = 0; i < 1000; i++) {
      crc.update(generator.draw(0, i, image, 0));
      crc.update(image);
    }
    assertThat(DigitGenerator.VERSION).isEqualTo(1);
    assertThat(Long.toHexString(crc.getValue())).isEqualTo("250cad97");
  }

  @Test
  void noTwoExamplesAreEqual() {
    Set<Integer> hashes = new HashSet<>();
    byte[] image = new byte[PIXELS];
    for (long seed = 0; seed < 3; seed++) {
      DigitGenerator generator = new DigitGenerator(seed);
      for (int split = 0; split < 2; split++) {
        for (int i = 0; i < 300; i++) {
          int unused = generator.draw(split, i, image, 0);
          hashes.add(Arrays.hashCode(image));
        }
      }
    }
    assertThat(hashes).hasSize(1800);
  }

  @Test
  void digitsAreEquallyFrequentAndInkIsOnEveryImage() {
    DigitGenerator generator = new DigitGenerator(1);
    int[] counts = new int[DigitGenerator.CLASSES];
    byte[] image = new byte[PIXELS];
    for (int i = 0; i < 5000; i++) {
      counts[generator.draw(0, i, image, 0)]++;
      int bright = 0;
      for (byte pixel : image) {
        bright += (pixel & 0xff) > 100 ? 1 : 0;
      }
      assertThat(bright).isBetween(10, PIXELS / 2);
    }
    assertThat(Arrays.stream(counts).boxed()).allSatisfy(n -> assertThat(n).isBetween(400, 600));
  }
}
