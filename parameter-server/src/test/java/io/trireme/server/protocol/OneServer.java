package io.trireme.server.protocol;

import static io.trireme.server.protocol.CoreFixture.ALONE;
import static io.trireme.server.protocol.CoreFixture.GENERATION;
import static io.trireme.server.protocol.CoreFixture.WORKER;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** Tests of one server without a backup, which is closed after each. */
abstract class OneServer {

  private final List<CoreFixture> fixtures = new ArrayList<>();

  @AfterEach
  void close() {
    fixtures.forEach(CoreFixture::close);
  }

  /** A server in its first generation, with one worker that has all slots. */
  final CoreFixture server(double clipGlobalNorm) {
    CoreFixture server = new CoreFixture(clipGlobalNorm);
    fixtures.add(server);
    return server.enter(GENERATION, 0, ALONE, WORKER);
  }
}
