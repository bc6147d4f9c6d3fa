package io.stele.tools;

import io.stele.Stele;
import io.stele.journal.ChronicleJournal;
import io.stele.journal.JournalOptions;
import io.stele.snapshot.RocksStores;
import io.stele.snapshot.SnapshotStoreOptions;
import io.stele.spi.Clock;
import io.stele.spi.EventBatch;
import io.stele.spi.EventStream;
import io.stele.spi.PersistenceId;
import io.stele.spi.StoredType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes a history that happened elsewhere into a data directory of its own: the same actors, numbers, times, batches and notes, at
 * other positions. Confined to one thread.
 */
final class HistoryWriter implements AutoCloseable {
    private static final int STREAMS_MAX = 10_000;
    private static final ByteBuffer NONE = ByteBuffer.allocate(0);

    private final RocksStores stores;
    private final ChronicleJournal journal;
    private final EventBatch batch;
    private final Map<PersistenceId, EventStream> streams = new LinkedHashMap<>(16, 0.75f, true);
    private @Nullable PersistenceId id;
    private long firstNumber;
    private long eventCount;

    private HistoryWriter(RocksStores stores, ChronicleJournal journal) {
        this.stores = stores;
        this.journal = journal;
        batch = journal.newBatch();
    }

    /** Makes a data directory at {@code target}, which must not be there. */
    static HistoryWriter create(Path target, int laneCount) {
        try {
            Files.createDirectories(target);
        } catch (IOException e) {
            throw new CommandFailure(
                    ErrorCode.UNWRITABLE, "directory cannot be made: directory=" + target + ", cause=" + e, e);
        }
        RocksStores stores = RocksStores.open(SnapshotStoreOptions.of(Stele.snapshotDirectory(target)));
        boolean opened = false;
        try {
            JournalOptions options =
                    JournalOptions.of(Stele.journalDirectory(target)).withLaneCount(laneCount);
            HistoryWriter writer =
                    new HistoryWriter(stores, ChronicleJournal.open(options, stores.index(), Clock.system()));
            opened = true;
            return writer;
        } finally {
            if (!opened) {
                stores.close();
            }
        }
    }

    /** Begins a record, after it has written the one before. */
    void begin(PersistenceId actor, long sequenceNumber, long timestampMs, @Nullable ByteBuffer metadata) {
        append();
        id = actor;
        firstNumber = sequenceNumber;
        batch.begin(timestampMs);
        batch.metadata(metadata == null ? NONE : metadata);
    }

    /** Adds an event to the record that was begun. */
    void add(StoredType type, ByteBuffer payload) {
        batch.add(type, payload);
        eventCount++;
    }

    /** Writes the record that was begun, if any. */
    void append() {
        PersistenceId actor = id;
        if (actor != null) {
            long unused = journal.append(stream(actor), firstNumber, batch);
            id = null;
        }
    }

    private EventStream stream(PersistenceId actor) {
        EventStream stream = streams.get(actor);
        if (stream == null) {
            if (streams.size() == STREAMS_MAX) {
                Iterator<EventStream> oldest = streams.values().iterator();
                oldest.next().close();
                oldest.remove();
            }
            stream = journal.open(actor);
            streams.put(actor, stream);
        }
        return stream;
    }

    long eventCount() {
        return eventCount;
    }

    /** Writes the last record, forces everything, and closes. */
    @Override
    public void close() {
        try {
            append();
            streams.values().forEach(EventStream::close);
        } finally {
            try {
                journal.close();
            } finally {
                stores.close();
            }
        }
    }
}
