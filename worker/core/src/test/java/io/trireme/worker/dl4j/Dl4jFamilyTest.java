package io.trireme.worker.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.trireme.common.config.ModelConfig;
import io.trireme.common.config.OptimizerConfig;
import io.trireme.common.config.OptimizerConfig.ScheduleConfig;
import io.trireme.common.layout.GradientNormalization;
import io.trireme.common.layout.Segment;
import io.trireme.data.schema.ExampleSchema;
import io.trireme.kernels.optimizer.CosineSchedule;
import io.trireme.kernels.optimizer.LearningRate;
import io.trireme.kernels.optimizer.UpdaterJson;
import io.trireme.kernels.optimizer.WarmupSchedule;
import io.trireme.worker.engine.BadModelException;
import io.trireme.worker.engine.ModelFamily;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.InverseSchedule;
import org.nd4j.linalg.schedule.PolySchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.SigmoidSchedule;
import org.nd4j.linalg.schedule.StepSchedule;

class Dl4jFamilyTest {
  private static final ExampleSchema MNIST = Nets.images(1, 28, 28, 10);
  private static final ModelFamily FAMILY = ModelFamily.named("dl4j");
  private static final Configuration HADOOP = new Configuration(false);
  private static final ScheduleConfig RATE = ScheduleConfig.fixed(0.001);

  @TempDir private Path folder;

  @Test
  void mlpAndLenetHaveTheirKnownSizes() {
    assertThat(zoo("mlp", adam()).numParams()).isEqualTo(407_050);
    assertThat(zoo("lenet", adam()).numParams()).isEqualTo(431_080);
  }

  @Test
  void sameSeedSameParametersAnotherSeedOthers() {
    Model first = model(job("mlp", null, adam(), 1), MNIST);
    Model again = model(job("mlp", null, adam(), 1), MNIST);
    Model other = model(job("mlp", null, adam(), 2), MNIST);
    assertThat(Replay.bits(again.params())).isEqualTo(Replay.bits(first.params()));
    assertThat(Replay.bits(other.params())).isNotEqualTo(Replay.bits(first.params()));
  }

  @Test
  void optimizerReachesTheLayout() {
    ScheduleConfig cosine =
        new ScheduleConfig(
            "cosine", true, Map.of("initialValue", 0.1, "maxIter", 10.0), Map.of(), 3);
    OptimizerConfig config =
        new OptimizerConfig(
            "adam",
            Map.of("beta1", 0.8),
            cosine,
            0.1,
            0.2,
            0.3,
            GradientNormalization.ClipL2PerLayer,
            5,
            0);
    var layout = Nets.layout(zoo("mlp", config));
    Segment weights = layout.segments().get(0);
    Adam adam = (Adam) UpdaterJson.updater(weights.updater());
    assertThat(adam.getBeta1()).isEqualTo(0.8);
    assertThat(adam.getBeta2()).isEqualTo(0.999);
    assertThat(adam.getLearningRateSchedule())
        .isEqualTo(new WarmupSchedule(new CosineSchedule(ScheduleType.EPOCH, 0.1, 0, 10), 3));
    assertThat(weights.regularization()).hasSize(3);
    assertThat(layout.segments().get(1).regularization()).isEmpty();
    assertThat(layout.layers())
        .allMatch(layer -> layer.normalization() == GradientNormalization.ClipL2PerLayer)
        .allMatch(layer -> layer.threshold() == 5);
    assertThat(new LearningRate(layout).at(9, 10)).isEqualTo(0.0);
    assertThat(new LearningRate(layout).at(9, 0)).isEqualTo(0.1);
  }

  static Stream<Arguments> schedules() {
    ScheduleType time = ScheduleType.ITERATION;
    return Stream.of(
        arguments(
            "step", Map.of("decayRate", 0.5, "step", 2.0), new StepSchedule(time, 0.1, 0.5, 2)),
        arguments("exponential", Map.of("gamma", 0.9), new ExponentialSchedule(time, 0.1, 0.9)),
        arguments(
            "poly", Map.of("power", -2.0, "maxIter", 9.0), new PolySchedule(time, 0.1, -2, 9)),
        arguments(
            "sigmoid",
            Map.of("gamma", 0.5, "stepSize", 3.0),
            new SigmoidSchedule(time, 0.1, 0.5, 3)),
        arguments(
            "inverse",
            Map.of("gamma", 0.3, "power", 0.75),
            new InverseSchedule(time, 0.1, 0.3, 0.75)),
        arguments(
            "cosine",
            Map.of("finalValue", 0.01, "maxIter", 5.0),
            new CosineSchedule(time, 0.1, 0.01, 5)));
  }

  @ParameterizedTest
  @MethodSource("schedules")
  void everyScheduleByKind(String kind, Map<String, Double> numbers, ISchedule expected) {
    Map<String, Double> all = new HashMap<>(numbers);
    all.put("initialValue", 0.1);
    ScheduleConfig rate = new ScheduleConfig(kind, false, all, Map.of(), 0);
    Model model = zoo("mlp", optimizer("nesterovs", Map.of("momentum", 0.8), rate));
    String json = Nets.layout(model).segments().get(0).updater();
    assertThat(json).isEqualTo(UpdaterJson.ofUpdater(new Nesterovs(expected, 0.8)));
  }

  @ParameterizedTest
  @CsvSource({
    "sgd, Sgd",
    "nesterovs, Nesterovs",
    "adam, Adam",
    "adamax, AdaMax",
    "amsgrad, AMSGrad",
    "nadam, Nadam",
    "rmsprop, RmsProp",
    "adagrad, AdaGrad",
    "adadelta, AdaDelta",
    "adabelief, AdaBelief",
    "noop, NoOp"
  })
  void everyUpdaterByName(String name, String type) {
    boolean rate = !name.equals("adadelta") && !name.equals("noop");
    Model model = zoo("mlp", optimizer(name, Map.of(), rate ? RATE : null));
    String json = Nets.layout(model).segments().get(0).updater();
    assertThat(UpdaterJson.updater(json).getClass().getSimpleName()).isEqualTo(type);
  }

  @Test
  void allProblemsOfAnOptimizerTogether() {
    ScheduleConfig step =
        new ScheduleConfig(
            "step", false, Map.of("initialValue", 0.1, "stpe", 2.0), Map.of(1, 2.0), -1);
    OptimizerConfig config =
        new OptimizerConfig(
            "adam",
            Map.of("beta1", 1.5, "momentum", 0.9),
            step,
            -1,
            0,
            0,
            GradientNormalization.ClipL2PerLayer,
            0,
            0);
    BadModelException e = catchThrowableOfType(BadModelException.class, () -> zoo("mlp", config));
    assertThat(e.problems())
        .containsExactlyInAnyOrder(
            "zoo model mlp: optimizer adam: beta1 is 1.5, expected a number from 0 to below 1",
            "zoo model mlp: optimizer adam: unknown number momentum, expected one of [beta1, beta2,"
                + " epsilon]",
            "zoo model mlp: learning rate, schedule step: decayRate is missing, expected a number"
                + " above 0",
            "zoo model mlp: learning rate, schedule step: step is missing, expected a number above"
                + " 0",
            "zoo model mlp: learning rate, schedule step: unknown number stpe, expected one of"
                + " [decayRate, initialValue, step]",
            "zoo model mlp: learning rate, schedule step: values {1=2.0} belong to a map schedule"
                + " only",
            "zoo model mlp: learning rate, schedule step: warmupSteps is -1, expected 0 or more",
            "zoo model mlp: optimizer: l1 is -1.0, expected a number of 0 or more",
            "zoo model mlp: optimizer: normalizationThreshold is 0.0, expected a number above 0 for"
                + " ClipL2PerLayer");
  }

  @Test
  void imagesTooSmallForLenet() {
    assertThatThrownBy(() -> model(job("lenet", null, adam(), 1), Nets.images(1, 8, 8, 10)))
        .isInstanceOf(BadModelException.class)
        .hasMessageContaining(
            "zoo model lenet: the model does not take the data's examples of image [1, 8, 8]");
  }

  @Test
  void unknownZooModel() {
    assertThatThrownBy(() -> zoo("resnet", adam()))
        .isInstanceOf(BadModelException.class)
        .hasMessageContaining("unknown zoo model resnet, expected mlp or lenet");
  }

  @Test
  void jsonOfLayersAndOfGraph() throws IOException {
    MultiLayerNetwork layers = Nets.convolutional(b -> b.updater(new Adam(0.01)));
    ComputationGraph graph = Nets.graph(b -> b.updater(new Adam(0.01)));
    Model fromLayers = fromFile(layers.getLayerWiseConfigurations().toJson(), 5);
    Model fromGraph = fromFile(graph.getConfiguration().toJson(), 5);
    assertThat(fromLayers).isInstanceOf(MultiLayerNetwork.class);
    assertThat(Nets.layout(fromLayers)).isEqualTo(Nets.layout(layers));
    assertThat(fromGraph).isInstanceOf(ComputationGraph.class);
    assertThat(Nets.layout(fromGraph)).isEqualTo(Nets.layout(graph));
    for (Model model : new Model[] {fromLayers, fromGraph}) {
      String json =
          model instanceof MultiLayerNetwork
              ? layers.getLayerWiseConfigurations().toJson()
              : graph.getConfiguration().toJson();
      assertThat(Replay.bits(fromFile(json, 5).params())).isEqualTo(Replay.bits(model.params()));
      assertThat(Replay.bits(fromFile(json, 6).params())).isNotEqualTo(Replay.bits(model.params()));
    }
  }

  @Test
  void jsonThatIsNoModel() {
    assertThatThrownBy(() -> fromFile("{\"layers\": 3}", 1))
        .isInstanceOf(BadModelException.class)
        .hasMessageContaining("model.json")
        .hasMessageContaining("as MultiLayerNetwork:")
        .hasMessageContaining("as ComputationGraph:");
  }

  @Test
  void jsonThatIsMissing() {
    String path = folder.resolve("absent.json").toString();
    assertThatThrownBy(() -> model(job(null, path, null, 1), MNIST))
        .isInstanceOf(BadModelException.class)
        .hasMessage(
            "model "
                + path
                + ": no such file; expected a network's configuration in DL4J's JSON; correct"
                + " model.dl4j in the job file");
  }

  /** What data of the top class alone lack, the model says. */
  @Test
  void tellsItsClasses() throws IOException {
    assertThat(classes(dense(36, 4).getLayerWiseConfigurations().toJson())).isEqualTo(4);
    assertThat(classes(Nets.graph(b -> b.updater(new Adam(0.01))).getConfiguration().toJson()))
        .isEqualTo(3);
    assertThat(FAMILY.classes(new ModelConfig("mlp", null), HADOOP)).isEqualTo(10);
  }

  @Test
  void aByteOrderMarkIsNoPartOfTheModel() throws IOException {
    String json = dense(36, 3).getLayerWiseConfigurations().toJson();
    assertThat(classes("\uFEFF" + json)).isEqualTo(3);
    assertThat(fromFile("\uFEFF" + json, 1)).isInstanceOf(MultiLayerNetwork.class);
  }

  @Test
  void namesEveryKeyThatDl4jPassesOver() {
    String json =
        dense(36, 3)
            .getLayerWiseConfigurations()
            .toJson()
            .replaceFirst("\"learningRate\"", "\"learningRtae\"")
            .replaceFirst("\"seed\"", "\"sede\" : 7, \"seed\"");
    BadModelException e = catchThrowableOfType(BadModelException.class, () -> classes(json));
    assertThat(e.problems())
        .hasSize(2)
        .allMatch(problem -> problem.startsWith("model file:"))
        .anyMatch(problem -> problem.contains("learningRtae; nearest key \"learningRate\""))
        .anyMatch(problem -> problem.contains("DL4J knows no key confs[0].sede; nearest key"));
  }

  @Test
  void whatIsNoJsonIsToldInOneLineWithItsPlace() {
    for (String text : List.of("{\n  \"confs\": [,]\n}", "<html></html>", "{} {}", "[]")) {
      BadModelException e = catchThrowableOfType(BadModelException.class, () -> classes(text));
      assertThat(e).as(text).isNotNull();
      assertThat(e.getMessage()).contains("model.json: ").doesNotContain("\n");
    }
    assertThatThrownBy(() -> classes("{\n  \"confs\": [,]\n}"))
        .hasMessageContaining("line 2, column ");
    assertThatThrownBy(() -> classes("{\"confs\": 3}")).hasMessageMatching("[^\\n]*");
  }

  private int classes(String json) throws IOException {
    Path file = folder.resolve("model.json");
    Files.writeString(file, json);
    return FAMILY.classes(new ModelConfig(null, file.toUri().toString()), HADOOP);
  }

  @Test
  void inputThatDoesNotFit() {
    assertThatThrownBy(
            () ->
                FAMILY.open(
                    dense(35, 3).getLayerWiseConfigurations().toJson(), "m.json", 1, Nets.SCHEMA))
        .isInstanceOf(BadModelException.class)
        .hasMessageContaining(
            "model m.json: the model does not take the data's examples of image [1, 6, 6] (36")
        .hasMessageContaining("36")
        .hasMessageContaining("35");
  }

  @Test
  void outputThatDoesNotFit() {
    assertThatThrownBy(
            () ->
                FAMILY.open(
                    dense(36, 4).getLayerWiseConfigurations().toJson(), "m.json", 1, Nets.SCHEMA))
        .isInstanceOf(BadModelException.class)
        .hasMessageContaining("shape [1, 4], the data has 3 classes of label: expected [1, 3]");
  }

  private static MultiLayerNetwork dense(int inputs, int outputs) {
    return Nets.init(
        new NeuralNetConfiguration.Builder()
            .updater(new Sgd(0.1))
            .list()
            .layer(new DenseLayer.Builder().nOut(5).build())
            .layer(Nets.output().nOut(outputs).build())
            .setInputType(InputType.feedForward(inputs)));
  }

  private Model fromFile(String json, long seed) throws IOException {
    Path file = folder.resolve("model.json");
    Files.writeString(file, json);
    return model(job(null, file.toUri().toString(), null, seed), Nets.SCHEMA);
  }

  private static Model zoo(String name, OptimizerConfig optimizer) {
    return model(job(name, null, optimizer, 42), MNIST);
  }

  private static OptimizerConfig adam() {
    return optimizer("adam", Map.of(), RATE);
  }

  private static OptimizerConfig optimizer(
      String name, Map<String, Double> numbers, @Nullable ScheduleConfig rate) {
    return new OptimizerConfig(name, numbers, rate, 0, 0, 0, GradientNormalization.None, 1, 0);
  }

  private record Job(ModelConfig model, @Nullable OptimizerConfig optimizer, long seed) {}

  private static Job job(
      @Nullable String zoo, @Nullable String dl4j, @Nullable OptimizerConfig optimizer, long seed) {
    return new Job(new ModelConfig(zoo, dl4j), optimizer, seed);
  }

  private static Model model(Job job, ExampleSchema schema) {
    return ((Dl4jModel) FAMILY.create(job.model(), job.optimizer(), job.seed(), schema, HADOOP))
        .model();
  }
}
