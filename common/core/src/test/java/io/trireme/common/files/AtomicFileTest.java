package io.trireme.common.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FilterFileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AtomicFileTest {

  @TempDir java.nio.file.Path dir;
  private FileSystem local;
  private Path target;

  @BeforeEach
  void open() throws IOException {
    target = new Path(dir.resolve("sub/result.json").toUri());
    local = target.getFileSystem(new Configuration(false));
  }

  private List<String> files() throws IOException {
    try (Stream<java.nio.file.Path> files = Files.list(dir.resolve("sub"))) {
      return files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
    }
  }

  private String content() throws IOException {
    return Files.readString(dir.resolve("sub/result.json"));
  }

  @Test
  void publishesWithoutChecksumFiles() throws IOException {
    AtomicFile.writeText(local, target, "größe");
    assertThat(content()).isEqualTo("größe");
    assertThat(files()).containsExactly("result.json");
  }

  @Test
  void replacesAnOlderFile() throws IOException {
    AtomicFile.writeText(local, target, "old and long");
    AtomicFile.writeText(local, target, "new");
    assertThat(content()).isEqualTo("new");
    assertThat(files()).containsExactly("result.json");
  }

  @Test
  void replacesAnOlderFileWhereRenameDoesNotOverwrite() throws IOException {
    FileSystem other = new RefusingRename(PlainFiles.plain(local));
    AtomicFile.writeText(other, target, "old");
    AtomicFile.writeText(other, target, "new");
    assertThat(content()).isEqualTo("new");
    assertThat(files()).containsExactly("result.json");
  }

  @Test
  void showsNothingBeforeItIsWhole() throws IOException {
    AtomicFile.writeText(local, target, "old");
    AtomicFile.write(
        local,
        target,
        out -> {
          out.write(new byte[100_000]);
          out.flush();
          assertThat(content()).isEqualTo("old");
        });
    assertThat(content()).hasSize(100_000);
  }

  @ParameterizedTest
  @EnumSource
  void keepsTheOlderFileAndNoOtherWhenAnyOperationFails(FaultyFileSystem.Fault fault)
      throws IOException {
    AtomicFile.writeText(local, target, "old");
    try (FileSystem faulty = new FaultyFileSystem(fault)) {
      assertThatThrownBy(() -> AtomicFile.writeText(faulty, target, "new"))
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("cannot publish " + target + ": failed to ")
          .hasMessageContaining(
              fault == FaultyFileSystem.Fault.RENAME_REFUSED ? "rename" : "injected at " + fault);
    }
    assertThat(content()).isEqualTo("old");
    assertThat(files()).containsExactly("result.json");
  }

  @Test
  void keepsTheOlderFileWhenTheContentFails() throws IOException {
    AtomicFile.writeText(local, target, "old");
    assertThatThrownBy(
            () ->
                AtomicFile.write(
                    local,
                    target,
                    out -> {
                      throw new IllegalStateException("no content");
                    }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("no content");
    assertThat(content()).isEqualTo("old");
    assertThat(files()).containsExactly("result.json");
  }

  @Test
  void leavesAFolderOfTheSameNameAlone() throws IOException {
    Files.createDirectories(dir.resolve("sub/result.json"));
    assertThatThrownBy(() -> AtomicFile.writeText(local, target, "new"))
        .isInstanceOf(IOException.class)
        .hasMessageEndingWith("is a folder");
    assertThat(files()).containsExactly("result.json");
    assertThat(dir.resolve("sub/result.json")).isEmptyDirectory();
  }

  /** As HDFS: a plain rename onto a file is refused, one that asks to replace is not. */
  private static final class RefusingRename extends FilterFileSystem {
    RefusingRename(FileSystem fs) {
      super(fs);
    }

    @Override
    public boolean rename(Path from, Path to) throws IOException {
      return !exists(to) && super.rename(from, to);
    }

    @Override
    @SuppressWarnings("deprecation")
    protected void rename(Path from, Path to, Options.Rename... options) throws IOException {
      assertThat(options).containsExactly(Options.Rename.OVERWRITE);
      super.rename(from, to, options);
    }
  }
}
