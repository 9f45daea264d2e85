package io.trireme.kernels.codec;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** What somebody may have meant by a word that nobody knows. */
final class Spelling {
  private Spelling() {}

  /** The known words, those with the fewest typing mistakes first. */
  static List<String> nearest(String word, Collection<String> known) {
    return known.stream()
        .sorted(Comparator.comparingInt((String each) -> distance(word, each)))
        .limit(3)
        .toList();
  }

  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replace = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replace, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
