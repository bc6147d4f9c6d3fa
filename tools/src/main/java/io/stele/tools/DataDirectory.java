package io.stele.tools;

import io.stele.Stele;
import io.stele.codec.PayloadValue;
import io.stele.encryption.KeyInspector;
import io.stele.journal.Finding;
import io.stele.journal.JournalInspector;
import io.stele.journal.JournalPieces;
import io.stele.journal.JournalRepair;
import io.stele.journal.JournalVerifier;
import io.stele.journal.ReadOnlyJournal;
import io.stele.journal.RepairPlan;
import io.stele.journal.ScanProgress;
import io.stele.journal.VerifyReport;
import io.stele.snapshot.RocksStores;
import io.stele.snapshot.SnapshotStoreOptions;
import io.stele.spi.EventReader;
import io.stele.spi.JournalException;
import io.stele.spi.PayloadCodecException;
import io.stele.spi.PersistenceId;
import io.stele.spi.StoredEvent;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A data directory, looked at. Owns nothing, locks nothing, changes nothing; works while the owner runs, and without write
 * permission.
 */
final class DataDirectory {
    private static final int HEX_BYTES_MAX = 64;

    /** Damage that a reader passes over is the business of {@code verify}, and counted by {@code inspect}. */
    static final Consumer<Finding> PASS_OVER = finding -> {};

    private final Path directory;

    private DataDirectory(Path directory) {
        this.directory = directory;
    }

    /**
     * @throws CommandFailure if nothing there looks like one
     */
    static DataDirectory of(Path directory) {
        if (!Files.isDirectory(directory)) {
            throw new CommandFailure(
                    ErrorCode.NO_DIRECTORY,
                    "there is no data directory: directory=" + directory
                            + "; make one with: stele demo, or name another with --data-dir");
        }
        requireReadable(directory);
        requireReadable(Stele.journalDirectory(directory));
        if (!Files.isDirectory(Stele.journalDirectory(directory))) {
            throw new CommandFailure(
                    ErrorCode.NO_JOURNAL,
                    "directory holds no journal: directory=" + directory + "; name a data directory with --data-dir");
        }
        return new DataDirectory(directory);
    }

    private static void requireReadable(Path path) {
        if (Files.isDirectory(path) && !(Files.isReadable(path) && Files.isExecutable(path))) {
            throw new CommandFailure(
                    ErrorCode.UNREADABLE,
                    "directory may not be read by this user: directory=" + path + ", user="
                            + System.getProperty("user.name"));
        }
    }

    Path path() {
        return directory;
    }

    JournalInspector journal() {
        return JournalInspector.open(Stele.journalDirectory(directory));
    }

    /**
     * Reads the events and notes of one actor in order: by the index where there is one, which costs what the actor has and not what the
     * lane has; and where index or chain do not lead on, by scanning its lane past the damage.
     *
     * @param stores null if there are none
     * @param to the last number wanted
     * @param findings told of damage that was passed over
     * @return how many events were read
     */
    long events(
            PersistenceId id, @Nullable RocksStores stores, long to, EventReader reader, Consumer<Finding> findings) {
        Resumable read = new Resumable(reader);
        if (stores != null) {
            try {
                return history(stores).replay(id, 1, to, read);
            } catch (JournalException e) {
                // what is left of it is found by the scan, which says what it passes over
            }
        }
        long unused = journal().events(id, read.next, Math.max(1, to - read.next + 1), read, findings);
        return read.count;
    }

    /** Returns the histories of actors, which damage ends. */
    ReadOnlyJournal history(@Nullable RocksStores stores) {
        return ReadOnlyJournal.open(Stele.journalDirectory(directory), stores == null ? null : stores.index());
    }

    /** Knows where a reading can be taken up again. */
    private static final class Resumable implements EventReader {
        private final EventReader reader;
        private long next = 1;
        private long count;

        Resumable(EventReader reader) {
            this.reader = reader;
        }

        @Override
        public void onEvent(StoredEvent event) {
            reader.onEvent(event);
            next = event.sequenceNumber() + 1;
            count++;
        }

        @Override
        public void onNote(StoredEvent note) {
            reader.onNote(note);
        }
    }

    /** Returns the journal in pieces for several threads. */
    JournalPieces pieces() {
        return JournalPieces.of(Stele.journalDirectory(directory));
    }

    /** Returns a position before the newest segment of a lane, or so: 0 if there is none. */
    long nearEnd(int lane) {
        long after = 0;
        for (JournalPieces.Piece piece : pieces().pieces()) {
            after = piece.lane() == lane ? piece.afterPosition() : after;
        }
        return after;
    }

    /** Returns the position of a lane's last record now. */
    long lastPosition(int lane) {
        return journal().read(lane, nearEnd(lane), Long.MAX_VALUE, event -> {}, PASS_OVER);
    }

    VerifyReport verify(ScanProgress progress, JournalVerifier.ActorReader actors) {
        return JournalVerifier.verify(Stele.journalDirectory(directory), progress, actors);
    }

    /** Works out what would make a damaged journal usable again. Changes nothing. */
    RepairPlan planRepair() {
        return JournalRepair.plan(Stele.journalDirectory(directory), true);
    }

    /** Returns the snapshots as they are now, or null if there are none yet. */
    @Nullable RocksStores snapshots() {
        Path snapshots = Stele.snapshotDirectory(directory);
        requireReadable(snapshots); // of what may not be looked into it seems that nothing is there
        return RocksStores.isAt(snapshots) ? RocksStores.openReadOnly(SnapshotStoreOptions.of(snapshots)) : null;
    }

    /** Returns what is known of the keys of an encrypted directory. */
    KeyInspector keys() {
        return KeyInspector.open(Stele.keyDirectory(directory));
    }

    /** Returns a payload as JSON, as {@link #json(ByteBuffer)} does; of one that is encrypted, what became of its key. */
    static String json(ByteBuffer payload, KeyInspector keys) {
        return switch (keys.statusOf(payload)) {
            case PLAIN -> json(payload);
            case ENCRYPTED -> "{\"@encrypted\":" + payload.remaining() + "}";
            case FORGOTTEN -> "{\"@forgotten\":" + payload.remaining() + "}";
            case KEY_MISSING -> "{\"@keyMissing\":" + payload.remaining() + "}";
        };
    }

    /** Returns a payload as JSON, whatever wrote it; what cannot be read is shown in hexadecimal. */
    static String json(ByteBuffer payload) {
        try {
            return PayloadValue.read(payload).toJson();
        } catch (PayloadCodecException e) {
            byte[] bytes = new byte[Math.min(HEX_BYTES_MAX, payload.remaining())];
            payload.duplicate().get(bytes);
            String more = payload.remaining() > bytes.length ? "…" : "";
            return "{\"@hex\":\"" + HexFormat.of().formatHex(bytes) + more + "\"}";
        }
    }
}
