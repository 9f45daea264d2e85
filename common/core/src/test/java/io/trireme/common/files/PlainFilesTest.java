package io.trireme.common.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlainFilesTest {

  @TempDir java.nio.file.Path folder;

  /** Java writes question marks for what the locale cannot say, and makes a folder of that name. */
  @Test
  void namesThatTheLocaleCannotSayAreRefused() throws IOException {
    assertThatThrownBy(() -> PlainFiles.checkName("/data/Größe", "ANSI_X3.4-1968"))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll("/data/Größe", "ANSI_X3.4-1968", "LC_ALL=C.UTF-8");
    PlainFiles.checkName("/data/Größe", "UTF-8");
    PlainFiles.checkName("/data/plain", "ANSI_X3.4-1968");
  }

  @ParameterizedTest
  @CsvSource({"077, rw-------, rwx------", "0027, rw-r-----, rwxr-x---"})
  void filesAndFoldersGetWhatTheUmaskLeaves(String umask, String file, String dir)
      throws IOException {
    FileSystem fs = UmaskFileSystem.of(FileSystem.newInstanceLocal(new Configuration()), umask);
    Path target = new Path(folder.resolve("a/b/file").toUri());
    AtomicFile.writeText(fs, target, "text");
    assertThat(permissions("a/b/file")).isEqualTo(file);
    assertThat(permissions("a/b")).isEqualTo(dir);
    assertThat(permissions("a")).isEqualTo(dir);
  }

  @Test
  void theUmaskIsThatOfTheProcessUnlessHadoopHasOneOfItsOwn() throws IOException {
    java.nio.file.Path made = Files.createFile(folder.resolve("by-java"));
    AtomicFile.writeText(
        PlainFiles.of(new Path(folder.toUri()), new Configuration()),
        new Path(folder.resolve("by-hadoop").toUri()),
        "text");
    assertThat(permissions("by-hadoop"))
        .isEqualTo(PosixFilePermissions.toString(Files.getPosixFilePermissions(made)));
    Configuration own = new Configuration();
    own.set("fs.permissions.umask-mode", "007");
    AtomicFile.writeText(
        PlainFiles.plain(FileSystem.newInstanceLocal(own)),
        new Path(folder.resolve("told").toUri()),
        "text");
    assertThat(permissions("told")).isEqualTo("rw-rw----");
  }

  private String permissions(String name) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(name)));
  }

  @Test
  void aFileSystemWithoutItsClassesIsAnIoFailure() {
    Configuration configuration = new Configuration(false);
    configuration.set("fs.far.impl", "far.away.FileSystem");
    assertThatThrownBy(() -> PlainFiles.of(new Path("far://host/x"), configuration))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll("far://host/x", "far.away.FileSystem");
  }
}
