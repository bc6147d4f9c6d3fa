package io.stele.testkit;

import io.stele.spi.JournalFullException;

/** Counts appends and forces down to the one that is to go wrong. Any thread. */
final class JournalFaults {

    /** How an append goes. */
    enum AppendOutcome {
        WRITTEN,
        LOST,
        WRITTEN_BUT_FAILED
    }

    private static final long NEVER = 0;

    private long appendsUntilFailure = NEVER;
    private AppendOutcome failedOutcome = AppendOutcome.LOST;
    private long syncsUntilFailure = NEVER;
    private long appendsUntilFull = NEVER;
    private boolean full;

    synchronized void failAppendAt(long n, AppendOutcome outcome) {
        appendsUntilFailure = requirePositive(n);
        failedOutcome = outcome;
    }

    synchronized void failSyncAt(long n) {
        syncsUntilFailure = requirePositive(n);
    }

    synchronized void fullFrom(long n) {
        appendsUntilFull = requirePositive(n);
        full = false;
    }

    synchronized void spaceReturns() {
        appendsUntilFull = NEVER;
        full = false;
    }

    /**
     * Counts an append that is about to be written.
     *
     * @throws JournalFullException if the journal is full; such an append does not count towards a failure
     */
    synchronized AppendOutcome onAppend(int lane) {
        if (appendsUntilFull != NEVER && --appendsUntilFull == 0) {
            full = true;
        }
        if (full) {
            throw new JournalFullException("journal is full, nothing was written: lane=" + lane + ", cause=injected");
        }
        if (appendsUntilFailure != NEVER && --appendsUntilFailure == 0) {
            return failedOutcome;
        }
        return AppendOutcome.WRITTEN;
    }

    /** Counts a force that has something to force, and returns whether it fails. */
    synchronized boolean failsSync() {
        return syncsUntilFailure != NEVER && --syncsUntilFailure == 0;
    }

    private static long requirePositive(long n) {
        if (n < 1) {
            throw new IllegalArgumentException("faults are counted from 1, the next one: n=" + n);
        }
        return n;
    }
}
