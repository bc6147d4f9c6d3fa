package io.stele.journal;

import io.stele.spi.DurabilityListener;
import io.stele.spi.EventReader;
import io.stele.spi.IndexStore;
import io.stele.spi.JournalException;
import io.stele.spi.PersistenceId;
import io.stele.spi.ReplayRequest;
import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
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
    private final LaneReaders readers;
    private boolean syncing;

    Lane(Opened opened, SegmentReserve reserve, Supplier<@Nullable DurabilityListener> listener) {
        setup = opened.setup;
        writer = new LaneWriter(setup, opened.tail, reserve, this::startSync);
        sync = new LaneSync(setup, writer, opened.tail, listener);
        index = new LaneIndex(setup, opened.store, opened.tail);
        readers = new LaneReaders(setup, index.positions(), writer::appendedPosition);
    }

    /** A lane that has been recovered. */
    record Opened(LaneSetup setup, LaneTail tail, IndexStore store) {}

    LaneSetup setup() {
        return setup;
    }

    LaneReaders readers() {
        return readers;
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

    /** Returns where the history of an actor ends whose stream is not open. O(lane) if the index is damaged there. */
    Head head(PersistenceId persistenceId, byte[] id) {
        ActorReplay replay = readers.takeActor();
        boolean done = false;
        try {
            Head head = index.head(persistenceId, id, replay.records());
            done = true;
            return head;
        } finally {
            if (done) {
                readers.give(replay);
            } else {
                replay.close();
            }
        }
    }

    /** Reads in the order of positions; see {@link io.stele.spi.EventJournal#read}. */
    long read(long afterPosition, long eventCountMax, EventReader target) {
        long lastPosition =
                writer.appendedPosition(); // what a writer at work appends from here on is left for the next call
        if (afterPosition >= lastPosition) {
            return afterPosition;
        }
        LaneReader reader = readers.takeLane(afterPosition);
        boolean done = false;
        try {
            long left = eventCountMax;
            while (left > 0 && reader.lastPosition() < lastPosition && reader.next()) {
                left -= deliver(reader.record(), target);
            }
            done = true;
            return reader.lastPosition();
        } finally {
            if (done) {
                readers.give(reader);
            } else {
                reader.close();
            }
        }
    }

    private static long deliver(RecordView record, EventReader target) {
        if (record.isNote()) {
            target.onNote(record);
            return 0;
        }
        long delivered = 0;
        while (record.nextEvent()) {
            target.onEvent(record);
            delivered++;
        }
        return delivered;
    }

    /**
     * Replays one actor; see {@link io.stele.spi.EventJournal#replay}.
     *
     * @param lastPosition of the actor's last record
     */
    long replay(byte[] id, long lastPosition, long from, long to, EventReader target) {
        ActorReplay replay = readers.takeActor();
        boolean done = false;
        try {
            long delivered = replay.replay(id, lastPosition, index.checkpointPosition(), from, to, target);
            done = true;
            return delivered;
        } finally {
            if (done) {
                readers.give(replay);
            } else {
                replay.close();
            }
        }
    }

    /**
     * Replays several actors; see {@link io.stele.spi.EventHistory#replayAll}.
     *
     * @param requests at most {@link LaneSweep#ACTORS_MAX}
     * @param lastPosition returns the position of an actor's last record
     */
    void replayAll(List<ReplayRequest> requests, ToLongFunction<ReplayRequest> lastPosition) {
        ActorReplay replay = readers.takeActor();
        boolean done = false;
        try {
            LaneSweep sweep = new LaneSweep(replay, index.positions());
            requests.forEach(request -> sweep.add(request, lastPosition.applyAsLong(request)));
            sweep.run(index.checkpointPosition());
            done = true;
        } finally {
            if (done) {
                readers.give(replay);
            } else {
                replay.close();
            }
        }
    }

    /** Seals, forces, closes and indexes. What goes wrong with the index is logged: it is a cache. */
    void close() throws IOException {
        readers.close();
        try {
            writer.seal();
        } catch (JournalException e) {
            LOG.debug(
                    "lane was not sealed, and has failed: cause={}",
                    e.toString()); // whoever closes the journal is told
        }
        if (syncing) {
            sync.stop();
        }
        long endOffset = writer.close();
        if (syncing && writer.failure() == null) {
            TailRepair.end(setup, RecordLayout.segmentOf(writer.appendedPosition()), endOffset);
        }
        try {
            index.complete(sync.durablePosition());
            if (syncing && writer.failure() == null) {
                index.leaveHeads();
            }
        } catch (RuntimeException e) {
            LOG.warn(
                    "position index could not be completed; nothing is lost, the next opening takes longer: lane={}, cause={}",
                    setup.lane(),
                    e.toString());
        }
    }

    /** Called under the writer's latch. */
    private void startSync() {
        syncing = true;
        sync.start();
    }
}
