package io.trireme.data.idx;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trireme.data.BadDataException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IdxReaderTest {
  private final Configuration configuration = new Configuration(false);

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void readsEveryRecordOfPlainAndGzipFiles(boolean gzip) throws IOException {
    byte[] file = IdxFiles.images(300, 7, 5);
    try (IdxReader reader = images(gzip ? IdxFiles.gzip(file) : file)) {
      assertThat(reader.records()).isEqualTo(300);
      assertThat(reader.height()).isEqualTo(7);
      assertThat(reader.width()).isEqualTo(5);
      byte[] seen = new byte[300 * 35];
      reader.read(seen, 0, 100);
      reader.read(seen, 100 * 35, 200);
      reader.finish();
      assertThat(seen).isEqualTo(Arrays.copyOfRange(file, 16, file.length));
    }
  }

  @Test
  void readsLabels() throws IOException {
    try (IdxReader reader = labels(IdxFiles.gzip(IdxFiles.labels(25)))) {
      byte[] seen = new byte[25];
      reader.read(seen, 0, 25);
      reader.finish();
      assertThat(seen).startsWith(0, 1, 2).endsWith(3, 4);
      assertThat(reader.offsetOf(3)).isEqualTo(11);
    }
  }

  @Test
  void namesAMissingFileAndAFolder() {
    Path missing = folder.resolve("absent");
    assertThatThrownBy(
            () -> IdxReader.images(new org.apache.hadoop.fs.Path(missing.toUri()), configuration))
        .isInstanceOf(BadDataException.class)
        .hasMessageContainingAll("absent", "no such file");
    assertThatThrownBy(
            () -> IdxReader.images(new org.apache.hadoop.fs.Path(folder.toUri()), configuration))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("is a folder");
  }

  @Test
  void tellsImagesFromLabels() {
    assertThatThrownBy(() -> images(IdxFiles.labels(5)))
        .isInstanceOf(BadDataException.class)
        .hasMessageContainingAll("file.idx", "expected images", "seen labels", "swap the keys");
    assertThatThrownBy(() -> labels(IdxFiles.gzip(IdxFiles.images(5, 2, 2))))
        .isInstanceOf(BadDataException.class)
        .hasMessageContainingAll("expected labels", "seen images", "swap the keys");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0x50, no IDX file",
    "2, 0x0d, elements of type 0x0d",
    "3, 0x02, 2 dimensions",
    "3, 0x00, no IDX file"
  })
  void refusesOtherMagicNumbers(int at, String value, String message) {
    byte[] file = IdxFiles.images(3, 2, 2);
    file[at] = Integer.decode(value).byteValue();
    assertThatThrownBy(() -> images(file))
        .isInstanceOf(BadDataException.class)
        .hasMessageContainingAll("file.idx", "at byte 0", message);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 4, 15})
  void refusesAFileThatEndsInItsHeader(int length) {
    byte[] file = Arrays.copyOf(IdxFiles.images(3, 2, 2), length);
    assertThatThrownBy(() -> images(file))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("the file ends at byte " + length + ", inside its header");
  }

  @Test
  void namesWhereATruncatedPlainFileEnds() {
    byte[] file = IdxFiles.images(10, 4, 4);
    assertThatThrownBy(() -> images(Arrays.copyOf(file, 16 + 5 * 16 + 3)))
        .isInstanceOf(BadDataException.class)
        .hasMessageContainingAll(
            "10 images of 4 x 4", "so 176 bytes", "ends at byte 99, in record 5");
  }

  @Test
  void namesWhereDataThatIsTruncatedInsideGzipEnds() throws IOException {
    byte[] file = IdxFiles.images(10, 4, 4);
    try (IdxReader reader = images(IdxFiles.gzip(Arrays.copyOf(file, 99)))) {
      reader.read(new byte[80], 0, 5);
      assertThatThrownBy(() -> reader.read(new byte[80], 0, 5))
          .isInstanceOf(BadDataException.class)
          .hasMessageContainingAll("so 176 bytes", "ends at byte 99, in record 5");
    }
  }

  @Test
  void refusesACutOrDamagedGzipFile() {
    byte[] gzip = IdxFiles.gzip(IdxFiles.images(1000, 4, 4));
    assertThatThrownBy(() -> drain(images(Arrays.copyOf(gzip, gzip.length - 40))))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("truncated");
    byte[] wrongChecksum = gzip.clone();
    wrongChecksum[gzip.length - 6] ^= 1;
    assertThatThrownBy(() -> drain(images(wrongChecksum)))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("damaged gzip data");
    assertThatThrownBy(() -> images(Arrays.copyOf(gzip, 5)))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("holds no gzip data");
  }

  /** Otherwise a file that was damaged on its way is trained on. */
  @Test
  void refusesAGzipFileWithoutItsLastBytes() {
    byte[] gzip = IdxFiles.gzip(IdxFiles.images(1000, 4, 4));
    for (int cut = 1; cut <= 8; cut++) {
      byte[] file = Arrays.copyOf(gzip, gzip.length - cut);
      assertThatThrownBy(() -> drain(images(file)))
          .isInstanceOf(BadDataException.class)
          .hasMessageContainingAll("file.idx", "truncated gzip data", "the checksum of member 1");
    }
  }

  @Test
  void saysWhatAFileIsThatIsNoIdx() {
    byte[] gzip = IdxFiles.gzip(IdxFiles.images(1000, 4, 4));
    assertThatThrownBy(() -> images(IdxFiles.gzip(gzip)))
        .isInstanceOf(BadDataException.class)
        .hasMessageContainingAll("file.idx", "seen gzip data (0x1f8b", "unpack it");
    byte[] page = "<!DOCTYPE html><html><body>404</body></html>".getBytes(ISO_8859_1);
    for (byte[] file : List.of(page, IdxFiles.gzip(page))) {
      assertThatThrownBy(() -> images(file))
          .isInstanceOf(BadDataException.class)
          .hasMessageContainingAll("seen a web page", "download the file itself");
    }
    byte[] xz = Arrays.copyOf(new byte[] {(byte) 0xfd, '7', 'z', 'X', 'Z', 0}, 100);
    assertThatThrownBy(() -> images(xz))
        .isInstanceOf(BadDataException.class)
        .hasMessageContainingAll("seen an xz file", "xz -d");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void refusesBytesAfterTheLastRecord(boolean gzip) {
    byte[] file = Arrays.copyOf(IdxFiles.images(10, 4, 4), 177);
    assertThatThrownBy(() -> drain(images(gzip ? IdxFiles.gzip(file) : file)))
        .isInstanceOf(BadDataException.class)
        .hasMessageContainingAll("follow the last record at byte 176");
  }

  @Test
  void refusesAbsurdSizes() {
    byte[] none = IdxFiles.images(0, 4, 4);
    assertThatThrownBy(() -> images(none))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("at least one record");
    byte[] huge = IdxFiles.images(1, 4, 4);
    Arrays.fill(huge, 8, 16, (byte) 0xff);
    assertThatThrownBy(() -> images(huge))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("1 images of 4294967295 x 4294967295");
  }

  @ParameterizedTest
  @CsvSource({"train, 60000", "t10k, 10000"})
  void readsMnist(String set, int records) throws IOException {
    String data = System.getenv("TRIREME_DATA_DIR");
    Assumptions.assumeTrue(data != null, "TRIREME_DATA_DIR is not set, so there is no MNIST here");
    Path mnist = Path.of(data).resolve("mnist");
    try (IdxReader images = images(mnist.resolve(set + "-images-idx3-ubyte.gz"));
        IdxReader labels =
            IdxReader.labels(
                new org.apache.hadoop.fs.Path(mnist.resolve(set + "-labels-idx1-ubyte.gz").toUri()),
                configuration)) {
      assertThat(images.records()).isEqualTo(records);
      assertThat(images.height()).isEqualTo(28);
      assertThat(images.width()).isEqualTo(28);
      assertThat(labels.records()).isEqualTo(records);
      drain(images);
      drain(labels);
    }
  }

  private IdxReader images(byte[] bytes) throws IOException {
    return IdxReader.images(IdxFiles.write(folder.resolve("file.idx"), bytes), configuration);
  }

  private IdxReader images(Path file) throws IOException {
    return IdxReader.images(new org.apache.hadoop.fs.Path(file.toUri()), configuration);
  }

  private IdxReader labels(byte[] bytes) throws IOException {
    return IdxReader.labels(IdxFiles.write(folder.resolve("file.idx"), bytes), configuration);
  }

  private static void drain(IdxReader reader) throws IOException {
    try (reader) {
      byte[] record = new byte[reader.recordBytes()];
      for (long i = 0; i < reader.records(); i++) {
        reader.read(record, 0, 1);
      }
      reader.finish();
    }
  }
}
