package io.stele.tools;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/**
 * When the bank is killed: at random moments spread over the run, and now and then once more while it starts again. The same for
 * the same seed, as far as a plan can be: the moments are counted in answers, the machine's speed decides the rest.
 */
final class KillPlan {
    private static final int STARTS_PER_KILL = 4;
    private static final double LAST_FRACTION = 0.98;
    private static final long DELAY_NS_MAX = 2_000_000;

    private KillPlan() {}

    /**
     * One kill.
     *
     * @param answeredCount due when the bank has given so many answers
     * @param delayNs and then so much later
     * @param startFraction if not negative: due after this part of the time that the last start took, whatever was answered
     */
    record Kill(int answeredCount, long delayNs, double startFraction) {
        boolean isDuringStart() {
            return startFraction >= 0;
        }
    }

    /** Plans {@code killCount} kills within {@code transactionCount} answers, first one first. */
    static List<Kill> of(long seed, int killCount, int transactionCount) {
        SplittableRandom random = new SplittableRandom(seed);
        int duringStart = killCount / STARTS_PER_KILL;
        List<Kill> kills = new ArrayList<>();
        for (int i = 0; i < killCount - duringStart; i++) {
            int at = (int) (random.nextDouble() * LAST_FRACTION * transactionCount);
            kills.add(new Kill(at, random.nextLong(DELAY_NS_MAX), -1));
        }
        kills.sort(Comparator.comparingInt(Kill::answeredCount));
        for (int i = 0; i < duringStart; i++) {
            int after = random.nextInt(kills.size());
            Kill before = kills.get(after);
            kills.add(after + 1, new Kill(before.answeredCount(), 0, random.nextDouble()));
        }
        return kills;
    }
}
