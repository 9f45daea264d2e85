package io.trireme.common.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Known words that are near to an unknown one. */
public final class Spelling {

  private static final int SUGGESTIONS = 3;

  private Spelling() {}

  /** The known words, those with the fewest typing mistakes first; at most three. */
  public static List<String> nearest(String word, Collection<String> known) {
    return known.stream()
        .sorted(Comparator.comparingInt((String each) -> distance(word, each)))
        .limit(SUGGESTIONS)
        .toList();
  }

  /**
   * The known word that is the fewest typing mistakes away, case aside, if it is near enough to be
   * worth a suggestion.
   */
  public static Optional<String> near(String word, Collection<String> known) {
    String best = "";
    int bestDistance = Math.max(2, word.length() / 3) + 1;
    for (String candidate : known) {
      int distance = distance(word.toLowerCase(Locale.ROOT), candidate.toLowerCase(Locale.ROOT));
      if (distance < bestDistance && distance < candidate.length()) {
        best = candidate;
        bestDistance = distance;
      }
    }
    return best.isEmpty() ? Optional.empty() : Optional.of(best);
  }

  /** What to write in place of an unknown word: the nearest, or else all that there are. */
  public static String hint(String what, String word, Collection<String> known) {
    return near(word, known)
        .map(near -> "nearest " + what + " \"" + near + "\"")
        .orElseGet(() -> "expected one of " + String.join(", ", known));
  }

  /** Optimal string alignment: insertions, deletions, replacements, swaps of neighbours. */
  private static int distance(String a, String b) {
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          d[i][j] = i + j;
          continue;
        }
        int replace = d[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        d[i][j] = Math.min(replace, 1 + Math.min(d[i - 1][j], d[i][j - 1]));
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
        }
      }
    }
    return d[a.length()][b.length()];
  }
}
