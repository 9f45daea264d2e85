package io.trireme.driver;

import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitCallTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Methods of Java that take locale, time zone or charset from the machine they run on. */
final class MachineDefaults {

  /** Methods that never should be called, whatever they are handed. */
  private static final Map<String, Set<String>> ALWAYS =
      Map.of(
          "java.lang.String", Set.of("formatted"),
          "java.util.Locale", Set.of("getDefault"),
          "java.util.TimeZone", Set.of("getDefault"),
          "java.util.Calendar", Set.of("getInstance"),
          "java.time.ZoneId", Set.of("systemDefault"),
          "java.time.Clock", Set.of("systemDefaultZone"),
          "java.nio.charset.Charset", Set.of("defaultCharset"));

  /** Methods that are handed a locale, a zone or a charset, or take the machine's. */
  private static final Map<String, Set<String>> UNLESS_TOLD =
      Map.ofEntries(
          Map.entry("java.lang.String", Set.of("format", "toLowerCase", "toUpperCase", "getBytes")),
          Map.entry("java.io.PrintStream", Set.of("printf", "format", "<init>")),
          Map.entry("java.io.PrintWriter", Set.of("printf", "format", "<init>")),
          Map.entry("java.io.InputStreamReader", Set.of("<init>")),
          Map.entry("java.io.OutputStreamWriter", Set.of("<init>")),
          Map.entry("java.io.FileReader", Set.of("<init>")),
          Map.entry("java.io.FileWriter", Set.of("<init>")),
          Map.entry("java.io.ByteArrayOutputStream", Set.of("toString")),
          Map.entry("java.util.Scanner", Set.of("<init>")),
          Map.entry("java.util.Formatter", Set.of("<init>")),
          Map.entry("java.text.SimpleDateFormat", Set.of("<init>")),
          Map.entry("java.text.DecimalFormat", Set.of("<init>")),
          Map.entry("java.text.MessageFormat", Set.of("<init>", "format")),
          Map.entry(
              "java.text.NumberFormat",
              Set.of(
                  "getInstance", "getNumberInstance", "getIntegerInstance", "getPercentInstance")),
          Map.entry("java.text.Collator", Set.of("getInstance")),
          Map.entry("java.time.format.DateTimeFormatter", Set.of("ofPattern")),
          Map.entry("java.time.LocalDate", Set.of("now")),
          Map.entry("java.time.LocalTime", Set.of("now")),
          Map.entry("java.time.LocalDateTime", Set.of("now")),
          Map.entry("java.time.ZonedDateTime", Set.of("now")),
          Map.entry("java.time.OffsetDateTime", Set.of("now")));

  private static final List<String> TOLD =
      List.of(
          "java.util.Locale",
          "java.nio.charset.Charset",
          "java.nio.charset.CharsetDecoder",
          "java.nio.charset.CharsetEncoder",
          "java.text.DecimalFormatSymbols",
          "java.time.ZoneId",
          "java.time.Clock",
          // Over a writer, which has its charset already.
          "java.io.Writer",
          "java.io.Reader",
          "java.lang.Readable");

  private MachineDefaults() {}

  /** Whether a call takes something from the machine that it could be told. */
  static boolean taken(JavaAccess<?> access) {
    if (!(access.getTarget() instanceof CodeUnitCallTarget target)) {
      return false;
    }
    String owner = target.getOwner().getName();
    String name = target.getName();
    List<String> parameters =
        target.getRawParameterTypes().stream().map(JavaClass::getName).toList();
    if (owner.equals("java.lang.String") && name.equals("<init>")) {
      return parameters.stream().anyMatch("[B"::equals)
          && parameters.stream().noneMatch(told -> told.equals("java.lang.String") || isTold(told));
    }
    return ALWAYS.getOrDefault(owner, Set.of()).contains(name)
        || (UNLESS_TOLD.getOrDefault(owner, Set.of()).contains(name)
            && parameters.stream().noneMatch(MachineDefaults::isTold));
  }

  private static boolean isTold(String type) {
    return TOLD.contains(type);
  }
}
