package io.trireme.cuda.check;

import io.trireme.cuda.CudaDevice;
import io.trireme.cuda.CudaEngine;
import io.trireme.cuda.StandIn;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** Writes the fixtures of {@code deploy/gpu/check.sh}: {@code FixtureWriter FOLDER}. */
public final class FixtureWriter {
  private static final Map<String, Integer> EXAMPLES =
      new TreeMap<>(Map.of("mlp", 64, "lenet", 16, "cnn", 16, "resnet", 8, "transformer", 2));

  private FixtureWriter() {}

  private static Fixture fixture(String name, int examples) {
    return name.equals("transformer")
        ? SequenceReference.fixture(name, examples)
        : Dl4jNetworks.fixture(name, examples);
  }

  /** Writes one file a network. */
  public static void main(String[] args) throws Exception {
    Path folder = Files.createDirectories(Path.of(args[0]));
    StandIn.use();
    try (CudaDevice device = CudaDevice.open(0)) {
      for (Map.Entry<String, Integer> each : EXAMPLES.entrySet()) {
        Fixture fixture = fixture(each.getKey(), each.getValue());
        try (CudaEngine engine = Check.engine(device, each.getKey(), each.getValue())) {
          double loss = engine.compute(each.getValue(), 0, 0, 1);
          System.out.println(
              each
                  + ": off double precision by "
                  + fixture.distance(engine.gradient())
                  + ", DL4J's float by "
                  + fixture.reference()
                  + ", loss "
                  + loss);
          fixture
              .withBits(Check.sha256(engine.gradient()))
              .write(folder.resolve(each.getKey() + ".bin"));
        }
      }
    }
    System.exit(0);
  }
}
