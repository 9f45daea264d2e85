package io.trireme.common.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trireme.common.transport.Endpoint;
import io.trireme.common.wire.Peer;
import io.trireme.common.wire.Rejection;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ControlCodecTest {

  private static final Endpoint ENDPOINT = new Endpoint("10.0.0.1", 4000, "md", 7);

  @Test
  void ordersSurviveTheRoundTrip() {
    Orders orders =
        new Orders(
            List.of(
                new JobOrders(
                    "run",
                    List.of(0, 2),
                    new Membership(
                        3,
                        List.of(new WorkerMember(Peer.worker(1, Long.MIN_VALUE), ENDPOINT, 0, 2)),
                        List.of(new ServerMember(Peer.server(0, -1), ENDPOINT, 0, 5))),
                    false,
                    null)));
    assertThat(ControlCodec.decode(ControlCodec.encode(orders), Orders.class)).isEqualTo(orders);
  }

  @Test
  void reportsSurviveTheRoundTrip() {
    ExecutorReport report =
        new ExecutorReport(
            "0",
            "host",
            List.of(
                new JobReport(
                    "run",
                    List.of(
                        new ServerReport(
                            1, 5, ENDPOINT, true, "slots", Map.of(Rejection.REPLAYED, 4L), null)),
                    List.of(
                        new WorkerReport(
                            0,
                            9,
                            ENDPOINT,
                            true,
                            "block",
                            false,
                            List.of(new StepReport(1, 64, 2.5, 3, 4, 5, 6)),
                            "diverged")),
                    "no room")));
    assertThat(ControlCodec.decode(ControlCodec.encode(report), ExecutorReport.class))
        .isEqualTo(report);
  }

  @Test
  void whatIsNoMessageIsRefusedByName() {
    assertThatThrownBy(
            () -> ControlCodec.decode("{\"x\":1}".getBytes(StandardCharsets.UTF_8), Orders.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Orders");
  }
}
