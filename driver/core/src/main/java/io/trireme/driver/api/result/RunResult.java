package io.trireme.driver.api.result;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How a run ended: the content of {@code result.json}, in which absent values are left out.
 *
 * @param job the job's id
 * @param status whether it reached its end
 * @param steps steps done
 * @param epochs epochs done
 * @param samplesPerSecond examples trained by trainSeconds
 * @param trainSeconds from the first step's start to the last step's end
 * @param evaluation measures on the test set; null if the run failed before
 * @param parameters length of the parameter vector
 * @param paramsSha256 SHA-256 in hexadecimal of the parameter vector as little-endian float32; null
 *     if the run failed
 * @param workers workers at the end
 * @param servers servers at the end
 * @param restarts workers and servers that were lost and replaced
 * @param error why it failed, one line; null if it did not
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RunResult(
    String job,
    Status status,
    long steps,
    int epochs,
    double samplesPerSecond,
    double trainSeconds,
    @Nullable Evaluation evaluation,
    long parameters,
    @Nullable String paramsSha256,
    int workers,
    int servers,
    int restarts,
    @Nullable String error) {

  /** How a run ended. */
  public enum Status {
    DONE,
    FAILED;

    /** As {@code result.json} says it: {@code done} or {@code failed}. */
    @JsonValue
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** The status of a word. */
    @JsonCreator
    public static Status of(String word) {
      return valueOf(word.toUpperCase(Locale.ROOT));
    }
  }

  /**
   * Measures on the test set, each from 0 to 1; NaN where undefined, which JSON shows as null.
   *
   * @param accuracy share of examples whose class was told right
   * @param precision mean of the classes' precision
   * @param recall mean of the classes' recall
   * @param f1 F1 as DL4J's {@code Evaluation} defines it
   */
  public record Evaluation(double accuracy, double precision, double recall, double f1) {}
}
