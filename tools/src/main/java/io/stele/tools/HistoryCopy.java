package io.stele.tools;

import io.stele.journal.JournalPieces;
import io.stele.spi.CorruptJournalException;
import io.stele.spi.EventReader;
import io.stele.spi.PersistenceId;
import io.stele.spi.StoredEvent;
import io.stele.spi.StoredType;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/**
 * Copies a history into a {@link HistoryWriter}, changed as it was asked for. Of an actor everything is copied up to the first record
 * that is later than the moment, so that numbers keep having no gaps. Confined to one thread, {@link #status} apart.
 */
final class HistoryCopy implements EventReader {
    private final HistoryWriter target;
    private final Predicate<String> wanted;
    private final long timestampMsMax;
    private final Map<String, String> newTypes;
    private final Set<PersistenceId> ended = new HashSet<>();
    private final Set<PersistenceId> left = new HashSet<>();
    private final Map<String, Long> renamed = new HashMap<>();
    private final AtomicLong bytesRead = new AtomicLong();
    private long bytesTotal = 1;
    private long eventsLeft;
    private boolean recordOpen;

    HistoryCopy(HistoryWriter target, Predicate<String> wanted, long timestampMsMax, Map<String, String> newTypes) {
        this.target = target;
        this.wanted = wanted;
        this.timestampMsMax = timestampMsMax;
        this.newTypes = Map.copyOf(newTypes);
    }

    /** Copies everything. */
    void run(DataDirectory source) {
        JournalPieces pieces = source.pieces();
        bytesTotal = Math.max(1, pieces.bytes());
        for (JournalPieces.Piece piece : pieces.pieces()) {
            long unused = pieces.read(
                    piece,
                    this,
                    finding -> {
                        if (finding.durable()) {
                            throw new CorruptJournalException(finding.report());
                        }
                    },
                    bytesRead::addAndGet,
                    () -> false);
        }
        target.append();
    }

    Progress.Status status() {
        long done = Math.min(bytesTotal, bytesRead.get());
        return new Progress.Status(done, bytesTotal, Units.bytes(done) + " of " + Units.bytes(bytesTotal), true);
    }

    @Override
    public void onEvent(StoredEvent event) {
        if (event.batchIndex() == 0) {
            recordOpen = isWanted(event);
            if (recordOpen) {
                target.begin(event.persistenceId(), event.sequenceNumber(), event.timestampMs(), event.metadata());
            }
        }
        if (!recordOpen) {
            eventsLeft++;
            return;
        }
        target.add(type(event.type()), event.payload());
    }

    @Override
    public void onNote(StoredEvent note) {
        if (isWanted(note)) {
            target.begin(note.persistenceId(), note.sequenceNumber(), note.timestampMs(), note.metadata());
        }
    }

    private boolean isWanted(StoredEvent record) {
        PersistenceId id = record.persistenceId();
        if (!wanted.test(id.encoded())) {
            left.add(id);
            return false;
        }
        if (record.timestampMs() > timestampMsMax) {
            ended.add(id);
        }
        return !ended.contains(id);
    }

    private StoredType type(StoredType stored) {
        String name = newTypes.get(stored.name());
        if (name == null) {
            return stored;
        }
        renamed.merge(stored.name(), 1L, Long::sum);
        return new StoredType(name, stored.version());
    }

    /** Returns how many events of each type got another name. */
    Map<String, Long> renamed() {
        return renamed;
    }

    /** Returns how many events were left out. */
    long eventsLeft() {
        return eventsLeft;
    }

    /** Returns how many actors were left out. */
    int actorsLeft() {
        return left.size();
    }
}
