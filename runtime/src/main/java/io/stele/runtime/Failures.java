package io.stele.runtime;

import java.util.ArrayDeque;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The failures of one actor since it came to life, and what the last of them leads to.
 *
 * <p>Confined to its actor. Made at the first failure: an actor without one has none.
 */
final class Failures {
    /** When the restarts within the current period were, oldest first. */
    private final ArrayDeque<Long> restartsNs = new ArrayDeque<>(0);

    private int sinceReset;
    private long lastNs;
    private Directive directive = Directive.RESUME;
    private @Nullable Throwable cause;
    private long delayNs;
    private @Nullable Object retried;
    private int retries;

    /**
     * Decides what a failure leads to.
     *
     * @param mayResume false if what the actor knows may not be what is stored
     */
    Directive decide(
            Supervision supervision, Throwable failure, boolean mayResume, long nowNs, RandomGenerator random) {
        cause = failure;
        delayNs = 0;
        directive = supervision.directive(failure);
        if (directive == Directive.RESUME && !mayResume) {
            directive = Directive.RESTART;
        }
        if (directive == Directive.RESTART) {
            directive = countRestart(supervision, nowNs, random) ? Directive.RESTART : supervision.beyondLimit();
        }
        return directive;
    }

    private boolean countRestart(Supervision supervision, long nowNs, RandomGenerator random) {
        if (supervision.restartCountMax() < Integer.MAX_VALUE) {
            while (!restartsNs.isEmpty() && nowNs - restartsNs.getFirst() >= supervision.periodNs()) {
                restartsNs.removeFirst();
            }
            if (restartsNs.size() >= supervision.restartCountMax()) {
                return false;
            }
            restartsNs.addLast(nowNs);
        }
        Backoff backoff = supervision.backoff();
        if (backoff != null) {
            if (sinceReset > 0 && nowNs - lastNs >= backoff.resetAfter().toNanos()) {
                sinceReset = 0;
            }
            synchronized (random) {
                delayNs = backoff.delayNs(sinceReset, random);
            }
            sinceReset++;
            lastNs = nowNs + delayNs;
        }
        return true;
    }

    /** Returns whether a message that has failed is to be handled once more, and counts that. */
    boolean retries(Supervision supervision, Object message) {
        if (retried != message) {
            retried = message;
            retries = 0;
        }
        if ((directive == Directive.RESTART || directive == Directive.RESUME) && retries < supervision.retryCount()) {
            retries++;
            return true;
        }
        retried = null;
        return false;
    }

    /** Returns what the last failure leads to. */
    Directive directive() {
        return directive;
    }

    /** Returns the last failure. */
    Throwable cause() {
        Throwable last = cause;
        assert last != null : "there was a failure";
        return last;
    }

    /** Returns how long to wait before the restart. */
    long delayNs() {
        return delayNs;
    }
}
