package io.stele.tools;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Finds what somebody may have meant. Pure functions. */
final class NearMatches {
    private static final int SHOWN_MAX = 3;

    private NearMatches() {}

    /** Returns up to three candidates that take few changes to become {@code wanted}, nearest first. */
    static List<String> of(String wanted, List<String> candidates) {
        record Match(String candidate, int distance) {}
        int distanceMax = Math.max(2, wanted.length() / 3);
        List<Match> matches = new ArrayList<>();
        for (String candidate : candidates) {
            if (Math.abs(candidate.length() - wanted.length()) <= distanceMax) {
                int distance = distance(wanted, candidate);
                if (distance <= distanceMax) {
                    matches.add(new Match(candidate, distance));
                }
            }
        }
        matches.sort(
                Comparator.comparingInt(Match::distance).thenComparing(Match::candidate, Transactions::compareIds));
        return matches.stream().limit(SHOWN_MAX).map(Match::candidate).toList();
    }

    /** Counts the least insertions, deletions and replacements that turn one text into the other. */
    static int distance(String left, String right) {
        int[] previous = new int[right.length() + 1];
        for (int j = 0; j < previous.length; j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= left.length(); i++) {
            int[] current = new int[right.length() + 1];
            current[0] = i;
            for (int j = 1; j <= right.length(); j++) {
                int replaced = previous[j - 1] + (left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(replaced, 1 + Math.min(previous[j], current[j - 1]));
            }
            previous = current;
        }
        return previous[right.length()];
    }
}
