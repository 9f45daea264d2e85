package io.trireme.server.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.common.layout.Block;
import io.trireme.common.layout.BlockGroup;
import io.trireme.common.layout.BlockPlan;
import io.trireme.common.slots.SlotPlan;
import io.trireme.common.wire.JobKey;
import io.trireme.common.wire.Peer;
import io.trireme.kernels.compression.CompressionPlan;
import io.trireme.server.ServerAgent;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a server tells of itself is as new as its clock says, however long its turns take. */
class ServerAgentTest {

  private long nowNs = 1;

  @Test
  void oneTurnAfterAMomentTellsHowItIsNow() {
    BlockPlan plan =
        new BlockPlan(List.of(new Block(0, 0, 4, 0)), List.of(new BlockGroup(0, 0, 1, 0, 4)));
    Peer self = Peer.server(0, 1);
    MemoryNet net = new MemoryNet();
    ServerAgent agent =
        new ServerAgent(
            new ServerOptions(
                self,
                plan,
                new SlotPlan(80, 8, 4),
                0,
                10,
                ServerOptions.WHOLE_STEPS,
                0,
                CompressionPlan.plain(plan),
                false),
            List.of(),
            new JobKey(new byte[JobKey.LENGTH]),
            net.of(self),
            new FakeUpdaters(),
            Snapshots.NONE,
            () -> nowNs);
    agent.doWork();
    assertThat(agent.report().waitsFor()).isEqualTo("server 0 is starting");
    nowNs += TimeUnit.SECONDS.toNanos(1);
    agent.doWork();
    assertThat(agent.report().waitsFor()).isEqualTo("server 0 waits for a generation");
    agent.onClose();
    assertThat(net.open()).isZero();
  }
}
