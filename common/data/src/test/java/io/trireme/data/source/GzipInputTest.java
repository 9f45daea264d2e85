package io.trireme.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trireme.data.BadDataException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GzipInputTest {
  private static final byte[] CONTENTS = new byte[200_000];

  static {
    new Random(7).nextBytes(CONTENTS);
    Arrays.fill(CONTENTS, 50_000, 150_000, (byte) 3);
  }

  @ParameterizedTest
  @ValueSource(ints = {Deflater.NO_COMPRESSION, Deflater.BEST_COMPRESSION})
  void readsWhatWasWritten(int level) throws IOException {
    assertThat(read(gzip(level, CONTENTS))).isEqualTo(CONTENTS);
  }

  @Test
  void readsSeveralMembersAndZeroBytesBehindThem() throws IOException {
    byte[] first = gzip(9, Arrays.copyOf(CONTENTS, 70_000));
    byte[] empty = gzip(9, new byte[0]);
    byte[] second = gzip(1, Arrays.copyOfRange(CONTENTS, 70_000, CONTENTS.length));
    assertThat(read(join(first, empty, second, new byte[1000]))).isEqualTo(CONTENTS);
    assertThat(read(join(first, second))).isEqualTo(CONTENTS);
  }

  @Test
  void readsAHeaderWithEveryField() throws IOException {
    byte[] plain = gzip(9, CONTENTS);
    byte[] header =
        join(
            new byte[] {0x1f, (byte) 0x8b, 8, 2 | 4 | 8 | 16, 1, 2, 3, 4, 0, 3},
            new byte[] {3, 0, 9, 9, 9},
            "name\0comment\0".getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
    CRC32 crc = new CRC32();
    crc.update(header);
    byte[] check = {(byte) crc.getValue(), (byte) (crc.getValue() >> 8)};
    byte[] rest = Arrays.copyOfRange(plain, 10, plain.length);
    assertThat(read(join(header, check, rest))).isEqualTo(CONTENTS);
    check[0] ^= 1;
    assertThatThrownBy(() -> read(join(plain, header, check, rest)))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("member 2 has a header whose checksum does not fit");
  }

  /** Level 0 stores bytes as they are, so that nothing but the trailer tells. */
  @Test
  void refusesAFlippedBitWhoseTrailerIsCutOff() {
    byte[] file = gzip(Deflater.NO_COMPRESSION, CONTENTS);
    file[20_000] ^= 1;
    assertThatThrownBy(() -> read(Arrays.copyOf(file, file.length - 8)))
        .isInstanceOf(BadDataException.class)
        .hasMessage(
            "FILE: truncated gzip data: the file ends at byte "
                + (file.length - 8)
                + ", inside the checksum of member 1, after 200000 bytes of uncompressed data;"
                + " copy or download it again");
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(BadDataException.class)
        .hasMessageContainingAll("damaged gzip data in member 1", "CRC32", "copy or download");
  }

  @Test
  void refusesEveryCut() {
    byte[] file = gzip(9, Arrays.copyOf(CONTENTS, 300));
    for (int length = 0; length < file.length; length++) {
      byte[] cut = Arrays.copyOf(file, length);
      assertThatThrownBy(() -> read(cut))
          .as("%d bytes", length)
          .isInstanceOf(BadDataException.class);
      if (length > 0) {
        assertThatThrownBy(() -> read(join(file, cut)))
            .as("a member and %d bytes", length)
            .isInstanceOf(BadDataException.class)
            .hasMessageStartingWith("FILE: ");
      }
    }
  }

  @Test
  void refusesEveryFlippedByteOfTheTrailer() {
    for (int back = 1; back <= 8; back++) {
      byte[] file = gzip(9, Arrays.copyOf(CONTENTS, 300));
      file[file.length - back] ^= 4;
      assertThatThrownBy(() -> read(file))
          .isInstanceOf(BadDataException.class)
          .hasMessageContaining("damaged gzip data in member 1");
    }
  }

  @Test
  void refusesWhatFollowsAGoodMember() {
    byte[] file = gzip(9, CONTENTS);
    String place = "follow member 1 at byte " + file.length + " of the file";
    assertThatThrownBy(() -> read(join(file, new byte[] {'x', 'y'})))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining(place);
    assertThatThrownBy(() -> read(join(file, new byte[] {0, 0, 0, 7})))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("follow member 1 at byte " + (file.length + 3));
    assertThatThrownBy(() -> read(join(file, new byte[] {0x1f, (byte) 0x8b, 8, 0, 1})))
        .isInstanceOf(BadDataException.class)
        .hasMessageContainingAll("ends at byte " + (file.length + 5), "the header of member 2");
  }

  private static byte[] read(byte[] file) throws IOException {
    try (GzipInput in = new GzipInput("FILE", new ByteArrayInputStream(file))) {
      byte[] all = in.readAllBytes();
      assertThat(in.read()).isEqualTo(-1);
      return all;
    }
  }

  private static byte[] gzip(int level, byte[] bytes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip =
        new GZIPOutputStream(out) {
          {
            def.setLevel(level);
          }
        }) {
      gzip.write(bytes);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }
}
