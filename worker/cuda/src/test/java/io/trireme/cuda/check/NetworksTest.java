package io.trireme.cuda.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.cuda.CudaDevice;
import io.trireme.cuda.CudaEngine;
import io.trireme.cuda.StandIn;
import io.trireme.cuda.spec.ChainSpec;
import io.trireme.cuda.spec.Precision;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Whole networks, on the stand-in, against DL4J in double precision. */
class NetworksTest {
  @ParameterizedTest
  @CsvSource({"mlp,16", "lenet,4", "cnn,3", "resnet,8"})
  void gradientIsAsTrueAsDl4js(String name, int examples) throws Exception {
    StandIn.use();
    Fixture fixture = Dl4jNetworks.fixture(name, examples);
    ChainSpec spec = Networks.of(name);
    try (CudaDevice device = CudaDevice.open(0);
        CudaEngine engine = CudaEngine.open(device, spec, examples)) {
      Numbers.features(engine.features(), spec, examples);
      Numbers.labels(engine.labels(), spec, examples);
      Numbers.parameters(engine.parameters(), spec);
      double loss = engine.compute(examples, 0, 0, 1);
      assertThat(fixture.distance(engine.gradient())).isLessThan(Fixture.ROUNDING);
      double expected = fixture.minibatch().loss();
      assertThat(loss).isCloseTo(expected, Offset.offset(1e-4 * expected));
    }
  }

  @Test
  void codecsHaveTheBitsThatTheCheckExpects() throws Exception {
    StandIn.use();
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    try (CudaDevice device = CudaDevice.open(0)) {
      boolean good = Codecs.bits(device, new PrintStream(said, true, StandardCharsets.UTF_8));
      assertThat(good).as(said.toString(StandardCharsets.UTF_8)).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void tinyRunsInEveryPrecision(Precision precision) throws Exception {
    StandIn.use();
    try (CudaDevice device = CudaDevice.open(0);
        CudaEngine engine = Check.engine(device, "tiny", 2, precision)) {
      assertThat(engine.compute(2, 0, 0, 1)).isBetween(1.0, 100.0);
    }
  }
}
