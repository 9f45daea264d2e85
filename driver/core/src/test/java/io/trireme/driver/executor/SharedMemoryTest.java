package io.trireme.driver.executor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedMemoryTest {

  @TempDir Path root;

  private Path own() throws Exception {
    return Files.createDirectory(SharedMemory.newFolder(root).toPath());
  }

  /** The folder of another process, of the same name otherwise. */
  private static Path ofAnother(Path own, long pid, long startedEarlierBySeconds) throws Exception {
    String[] parts = own.getFileName().toString().split("-", 5);
    parts[2] = Long.toString(pid);
    parts[3] = Long.toString(Long.parseLong(parts[3]) - startedEarlierBySeconds);
    return Files.createDirectory(own.resolveSibling(String.join("-", parts)));
  }

  private static long pidThatIsGone() throws Exception {
    Process process = new ProcessBuilder("true").start();
    assertThat(process.waitFor(10, TimeUnit.MINUTES)).isTrue();
    return process.pid();
  }

  @Test
  void foldersOfProcessesThatAreGoneAreRemovedAndThoseOfLiveOnesStay() throws Exception {
    Path own = own();
    Path gone = ofAnother(own, pidThatIsGone(), 100);
    Files.writeString(gone.resolve("cnc.dat"), "left");
    Path other = Files.createDirectory(root.resolve("somebody-else"));

    SharedMemory.sweep(root);

    assertThat(gone).doesNotExist();
    assertThat(own).exists();
    assertThat(other).exists();
  }

  /** Ids come again, and those of threads count, too. */
  @Test
  void aFolderWhoseProcessIdAnotherProcessHasNowIsRemoved() throws Exception {
    Path own = own();
    Path before = ofAnother(own, ProcessHandle.current().pid(), 3_600);

    SharedMemory.sweep(root);

    assertThat(before).doesNotExist();
    assertThat(own).exists();
  }

  @Test
  void aProcessThatEndsRemovesWhatIsItsOwn() throws Exception {
    Path own = own();
    Path ofParent = ofAnother(own, ProcessHandle.current().parent().orElseThrow().pid(), 0);

    SharedMemory.removeOwn(root);

    assertThat(own).doesNotExist();
    assertThat(ofParent).exists();
  }
}
