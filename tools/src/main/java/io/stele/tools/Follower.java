package io.stele.tools;

import io.stele.encryption.KeyInspector;
import io.stele.journal.Finding;
import io.stele.journal.JournalInspector;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Shows what is appended to a journal as it comes: looks at the end of each lane a few times a second. */
final class Follower {
    private static final long LOOK_MS = 200;
    private static final int EVENTS_PER_LOOK = 10_000;

    private final DataDirectory directory;
    private final EventFilter filter;
    private final RowWriter rows;
    private final Consumer<Finding> damage;
    private final KeyInspector keys;
    private final JournalInspector journal;
    private final long[] positions;
    private long shown;

    Follower(DataDirectory directory, EventFilter filter, RowWriter rows, Consumer<Finding> damage) {
        this.directory = directory;
        this.filter = filter;
        this.rows = rows;
        this.damage = damage;
        keys = directory.keys();
        journal = directory.journal();
        positions = new long[journal.laneCount()];
    }

    /**
     * Goes on until {@code limit} events were shown, or for ever.
     *
     * @param fromNow whether to leave out what is there already
     */
    void run(boolean fromNow, long limit) {
        if (fromNow) {
            skipToEnd();
        }
        CountDownLatch never = new CountDownLatch(1);
        try {
            while (shown < limit) {
                long before = shown;
                for (int lane = 0; lane < positions.length && shown < limit; lane++) {
                    look(lane, limit);
                }
                rows.flush();
                if (shown == before) {
                    boolean unused = never.await(LOOK_MS, TimeUnit.MILLISECONDS);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure(ErrorCode.INTERRUPTED, "command was interrupted", e);
        }
    }

    private void skipToEnd() {
        for (int lane = 0; lane < positions.length; lane++) {
            positions[lane] = directory.lastPosition(lane);
        }
    }

    private void look(int lane, long limit) {
        positions[lane] = journal.read(
                lane,
                positions[lane],
                EVENTS_PER_LOOK,
                event -> {
                    if (shown < limit && filter.matches(event, keys)) {
                        shown++;
                        EventRow.of(event, lane, keys).writeTo(rows);
                    }
                },
                damage);
    }
}
