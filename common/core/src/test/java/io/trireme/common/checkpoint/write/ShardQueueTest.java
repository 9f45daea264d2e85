package io.trireme.common.checkpoint.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.common.checkpoint.Section;
import io.trireme.common.message.CheckpointReport;
import io.trireme.common.message.CheckpointSpec;
import io.trireme.common.message.ShardReport.SlotShare;
import io.trireme.common.wire.Peer;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ShardQueueTest {

  private static final Peer WORKER = Peer.worker(0, 7);

  @TempDir java.nio.file.Path folder;

  /** Lacks a class when the first file is created. */
  private static final class Lacking extends RawLocalFileSystem {
    private boolean asked;

    @Override
    public FSDataOutputStream create(Path file, boolean overwrite) throws IOException {
      if (!asked) {
        asked = true;
        throw new NoClassDefFoundError("a codec of the file system");
      }
      return super.create(file, overwrite);
    }
  }

  private static void write(ShardQueue queue, long step) {
    queue.write(
        WORKER,
        step,
        new SlotShare(1, 0, 1),
        List.of(Section.parameters(0, step, new UnsafeBuffer(new byte[16]))));
  }

  @Test
  @Timeout(600)
  void errorOfTheFileSystemCostsOneShardAndNotThoseAfterIt() throws IOException {
    ShardLog log = new ShardLog();
    CheckpointSpec spec = new CheckpointSpec("job", "0123456789abcdef", folder.toString(), null);
    try (RawLocalFileSystem fs = new Lacking()) {
      fs.initialize(URI.create("file:///"), new Configuration(false));
      try (ShardQueue queue =
          ShardQueue.start(spec, fs, new Path(folder.toUri()), log, Thread::new)) {
        write(queue, 5);
        write(queue, 6);
        CheckpointReport report = log.report();
        while (report.writing()) {
          assertThat(Thread.interrupted()).as("the second shard waits for ever").isFalse();
          Thread.yield();
          report = log.report();
        }
        assertThat(report.failures()).singleElement().asString().contains("step 5", "a codec");
        assertThat(report.shards()).singleElement().matches(shard -> shard.step() == 6);
      }
    }
  }
}
