package io.stele.testkit;

/**
 * How an {@link InMemoryJournal} behaves.
 *
 * @param laneCount how many lanes, 1 to 256
 * @param payloadBytesMax most bytes of events and metadata in one batch, at least 1
 * @param syncMode who makes appended events durable, and on which thread the listener hears of it
 */
public record InMemoryJournalOptions(int laneCount, int payloadBytesMax, SyncMode syncMode) {
    private static final int LANE_COUNT_MAX = 256;

    /** When appended events become durable. */
    public enum SyncMode {
        /** Only when the test calls {@link InMemoryJournal#sync}, on the test's thread; requests are ignored. */
        MANUAL,

        /**
         * At once whenever it is requested, on the thread that requests it; without a request, not before the journal is
         * closed.
         */
        ON_REQUEST,

        /** When it is requested, and every 10 ms without, on a thread of the journal's own: as a real journal does. */
        OWN_THREAD
    }

    /** Checks the ranges. */
    public InMemoryJournalOptions {
        if (laneCount < 1 || laneCount > LANE_COUNT_MAX) {
            throw new IllegalArgumentException(
                    "laneCount is out of range: laneCount=" + laneCount + ", laneCountMax=" + LANE_COUNT_MAX);
        }
        if (payloadBytesMax < 1) {
            throw new IllegalArgumentException(
                    "payloadBytesMax must be at least 1: payloadBytesMax=" + payloadBytesMax);
        }
    }

    /** Returns 4 lanes, batches of up to 1 MiB, and {@link SyncMode#ON_REQUEST}. */
    public static InMemoryJournalOptions standard() {
        return new InMemoryJournalOptions(4, 1 << 20, SyncMode.ON_REQUEST);
    }

    /** Returns these options with another number of lanes. */
    public InMemoryJournalOptions withLaneCount(int count) {
        return new InMemoryJournalOptions(count, payloadBytesMax, syncMode);
    }

    /** Returns these options with another limit for a batch. */
    public InMemoryJournalOptions withPayloadBytesMax(int bytes) {
        return new InMemoryJournalOptions(laneCount, bytes, syncMode);
    }

    /** Returns these options with another way to become durable. */
    public InMemoryJournalOptions withSyncMode(SyncMode mode) {
        return new InMemoryJournalOptions(laneCount, payloadBytesMax, mode);
    }
}
