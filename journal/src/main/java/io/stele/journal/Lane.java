package io.stele.journal;

import io.stele.spi.DurabilityListener;
import io.stele.spi.EventReader;
import io.stele.spi.IndexStore;
import java.io.IOException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One lane of an open journal: its writer, its sync thread, its index, and how it is read. */
final class Lane {
    private static final Logger LOG = LoggerFactory.getLogger(Lane.class);

    private final LaneSetup setup;
    private final LaneWriter writer;
    private final LaneSync sync;
    private final LaneIndex index;
    private boolean syncing;

    Lane(Opened opened, SegmentReserve reserve, Supplier<@Nullable DurabilityListener> listener) {
        setup = opened.setup;
        writer = new LaneWriter(setup, opened.tail, reserve, this::startSync);
        sync = new LaneSync(setup, writer, opened.tail, listener);
        index = new LaneIndex(setup, opened.store, opened.tail);
    }

    /** A lane that has been recovered. */
    record Opened(LaneSetup setup, LaneTail tail, IndexStore store) {}

    LaneSetup setup() {
        return setup;
    }

    LaneWriter writer() {
        return writer;
    }

    LaneSync sync() {
        return sync;
    }

    LaneIndex index() {
        return index;
    }

    /** Reads in the order of positions; see {@link io.stele.spi.EventJournal#read}. */
    long read(long afterPosition, long eventCountMax, EventReader reader) {
        long[] left = {eventCountMax};
        try (LaneHistory history = new LaneHistory(setup)) {
            return history.scan(afterPosition, writer.appendedPosition(), record -> {
                if (record.kind() == RecordLayout.KIND_EVENTS) {
                    left[0] -= LaneHistory.deliver(record, 1, Long.MAX_VALUE, reader);
                }
                return left[0] > 0;
            });
        }
    }

    /**
     * Replays one actor; see {@link io.stele.spi.EventJournal#replay}. Reads along the index as far as it goes, and along the
     * chain from there; every record must name the one before it, so an index that misses some is found out, and the chain is
     * followed instead.
     *
     * @param lastPosition of the actor's last record
     */
    long replay(byte[] id, long lastPosition, long from, long to, EventReader reader) {
        long checkpoint = index.checkpointPosition();
        long delivered = 0;
        long previous = 0;
        try (LaneHistory history = new LaneHistory(setup)) {
            long[] positions = join(
                    history.present(index.positions(id, from - 1, to)),
                    history.chain(id, lastPosition, from, checkpoint),
                    checkpoint);
            if (positions.length == 0 || !startsAt(history, positions[0], id, from)) {
                positions = history.chain(id, lastPosition, from, 0);
            }
            for (int i = 0; i < positions.length; i++) {
                RecordView record = history.record(positions[i]);
                history.requireOf(record, id);
                if (i > 0 && record.previousPosition() != previous) {
                    positions = history.chain(id, lastPosition, from, previous);
                    i = -1;
                    continue;
                }
                previous = positions[i];
                if (record.firstSequenceNumber() > to) {
                    break;
                }
                delivered += LaneHistory.deliver(record, from, to, reader);
            }
        }
        return delivered;
    }

    /** Seals, forces, closes and indexes. What goes wrong with the index is logged: it is a cache. */
    void close() throws IOException {
        writer.seal();
        if (syncing) {
            sync.stop();
        }
        long endOffset = writer.close();
        if (syncing && writer.failure() == null) {
            TailRepair.end(setup, RecordLayout.segmentOf(writer.appendedPosition()), endOffset);
        }
        try {
            index.complete(sync.durablePosition());
        } catch (RuntimeException e) {
            LOG.warn(
                    "position index could not be completed; nothing is lost, the next opening takes longer: lane={}, cause={}",
                    setup.lane(),
                    e.toString());
        }
    }

    private static long[] join(long[] indexed, long[] chained, long checkpoint) {
        int count = 0;
        while (count < indexed.length && indexed[count] <= checkpoint) {
            count++;
        }
        long[] joined = new long[count + chained.length];
        System.arraycopy(indexed, 0, joined, 0, count);
        System.arraycopy(chained, 0, joined, count, chained.length);
        return joined;
    }

    /** Returns whether nothing that was asked for lies before the first record of a list. */
    private static boolean startsAt(LaneHistory history, long first, byte[] id, long from) {
        RecordView record = history.record(first);
        history.requireOf(record, id);
        return record.previousPosition() == 0 || (record.isEvents() && record.firstSequenceNumber() < from);
    }

    /** Called under the writer's latch. */
    private void startSync() {
        syncing = true;
        sync.start();
    }
}
