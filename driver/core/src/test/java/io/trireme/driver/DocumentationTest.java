package io.trireme.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.driver.jobfile.JobFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The pages for users: links lead somewhere, and each page can be found. */
class DocumentationTest {
  private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();
  private static final Path README = ROOT.resolve("README.md");
  private static final Pattern LINK = Pattern.compile("\\[[^]]*]\\(([^)#]*)(?:#([^)]*))?\\)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.+)$");
  private static final Pattern FENCED = Pattern.compile("(?ms)^ *```(\\w*)\n(.*?)^ *```$");
  private static final int LONGEST_LINE = 120;

  static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>();
    for (Path folder : List.of(ROOT, ROOT.resolve("docs"), ROOT.resolve("deploy/bench"))) {
      try (Stream<Path> files = Files.list(folder)) {
        files.filter(file -> file.toString().endsWith(".md")).sorted().forEach(pages::add);
      }
    }
    return pages;
  }

  @ParameterizedTest
  @MethodSource("pages")
  void linksLeadSomewhere(Path page) throws IOException {
    for (MatchResult link : LINK.matcher(prose(page)).results().toList()) {
      String target = link.group(1);
      if (target.contains("://")) {
        continue;
      }
      Path file = target.isEmpty() ? page : page.resolveSibling(target).normalize();
      assertThat(file).as("%s in %s", link.group(), page).exists();
      if (link.group(2) != null) {
        assertThat(anchors(file)).as("%s in %s", link.group(), page).contains(link.group(2));
      }
    }
  }

  @Test
  void theReadmeLeadsToEveryPage() throws IOException {
    Set<Path> linked = new TreeSet<>();
    LINK.matcher(prose(README))
        .results()
        .map(link -> README.resolveSibling(link.group(1)).normalize())
        .forEach(linked::add);
    linked.add(README);
    assertThat(linked).containsAll(pages());
  }

  @ParameterizedTest
  @MethodSource("pages")
  void linesOfProseAreShort(Path page) throws IOException {
    assertThat(prose(page).lines().filter(line -> !line.strip().startsWith("|")))
        .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(LONGEST_LINE));
  }

  @Test
  void theReadmeSaysTheTestCommandThatTheBuildRuns() throws IOException {
    String command = "mvn -B verify";
    assertThat(README).content().contains("\nTRIREME_DATA_DIR=/path/to/data " + command + "\n");
    assertThat(ROOT.resolve(".ci/run")).content().contains("exec " + command + "\n");
  }

  /** A newcomer copies it. */
  @Test
  void theJobFileOfTheReadmeIsTheQuickstart() throws IOException {
    List<String> yaml =
        FENCED
            .matcher(Files.readString(README))
            .results()
            .filter(block -> block.group(1).equals("yaml"))
            .map(block -> block.group(2))
            .toList();
    assertThat(yaml).hasSize(1);
    assertThat(JobFile.parse("README.md", yaml.get(0), List.of(), Map.of()))
        .isEqualTo(JobFile.load(ROOT.resolve("conf/quickstart.yaml"), List.of(), Map.of()));
  }

  private static String prose(Path page) throws IOException {
    return FENCED.matcher(Files.readString(page)).replaceAll("");
  }

  /** Headings as GitHub names them: lower case, no punctuation, dashes for blanks. */
  private static List<String> anchors(Path page) throws IOException {
    return HEADING
        .matcher(prose(page))
        .results()
        .map(
            heading ->
                heading
                    .group(1)
                    .toLowerCase(Locale.ROOT)
                    .replaceAll("[^\\p{L}\\p{N} _-]", "")
                    .replace(' ', '-'))
        .toList();
  }
}
