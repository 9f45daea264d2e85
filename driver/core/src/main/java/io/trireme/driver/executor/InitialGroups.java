package io.trireme.driver.executor;

import io.trireme.common.layout.BlockGroup;
import io.trireme.common.message.JobSpec;
import io.trireme.kernels.memory.NativeThreads;
import io.trireme.kernels.optimizer.GroupOptimizer;
import io.trireme.kernels.optimizer.GroupUpdater;
import io.trireme.server.protocol.GroupUpdaters;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.agrona.MutableDirectBuffer;

/** Block groups as a run begins with them: their floats come from the driver. */
final class InitialGroups implements GroupUpdaters {

  private final ControlClient driver;
  private final JobSpec spec;

  InitialGroups(ControlClient driver, JobSpec spec) {
    this.driver = driver;
    this.spec = spec;
  }

  @Override
  public GroupUpdater first(BlockGroup group) {
    GroupOptimizer optimizer = optimizer(group);
    try {
      load(group, optimizer.parameters());
      return optimizer;
    } catch (RuntimeException | Error e) {
      optimizer.close();
      throw e;
    }
  }

  @Override
  public GroupUpdater blank(BlockGroup group) {
    return optimizer(group);
  }

  private GroupOptimizer optimizer(BlockGroup group) {
    NativeThreads.use(spec.computation().threads());
    ExecutorRun.checkThreads(spec);
    return new GroupOptimizer(spec.layout(), spec.plan(), group);
  }

  private void load(BlockGroup group, MutableDirectBuffer parameters) {
    try {
      for (var block : spec.plan().blocksOf(group)) {
        byte[] floats = driver.initialBlock(spec.run(), block.index());
        if (floats.length != block.lengthBytes()) {
          throw new IllegalStateException(
              "block "
                  + block.index()
                  + " came with "
                  + floats.length
                  + " bytes, expected "
                  + block.lengthBytes());
        }
        parameters.putBytes(
            Math.toIntExact((block.offset() - group.offset()) * Float.BYTES), floats);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "initial parameters of block group " + group.index() + " did not come", e);
    }
  }
}
