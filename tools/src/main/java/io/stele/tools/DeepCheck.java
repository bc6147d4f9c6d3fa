package io.stele.tools;

import io.stele.codec.PayloadJson;
import io.stele.encryption.KeyInspector;
import io.stele.journal.JournalPieces;
import io.stele.spi.PayloadCodecException;
import io.stele.spi.PersistenceId;
import io.stele.spi.Snapshot;
import io.stele.spi.SnapshotStore;
import io.stele.spi.StoredEvent;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What {@code verify --deep} looks at besides checksums and numbers: whether what is stored can be decoded, and whether snapshots are
 * what the handlers make of the events.
 *
 * @param eventCount how many events were decoded
 * @param sealedCount how many could not be looked into, because they are encrypted
 * @param snapshotCount how many snapshots were decoded, older ones included
 * @param replayedCount how many actors were replayed
 * @param findings one sentence each, not more than some
 * @param findingsOmitted how many more there were
 */
record DeepCheck(
        long eventCount,
        long sealedCount,
        long snapshotCount,
        long replayedCount,
        List<String> findings,
        long findingsOmitted) {
    private static final int FINDINGS_MAX = 100;

    /** Decodes everything, on all processors. */
    static DeepCheck run(
            GlobalOptions options,
            DataDirectory directory,
            @Nullable SnapshotStore snapshots,
            Set<PersistenceId> actors) {
        JournalPieces pieces = directory.pieces();
        Scan scan = new Scan(pieces, pieces.pieces(), DataDirectory.PASS_OVER);
        KeyInspector keys = directory.keys();
        Tally tally = new Tally(keys);
        Progress.during(options, scan::status, () -> {
            scan.run(piece -> new Tally(keys), false, tally::add);
            return null;
        });
        long snapshotCount = snapshots == null ? 0 : tally.snapshots(snapshots, actors);
        return new DeepCheck(
                tally.eventCount, tally.sealedCount, snapshotCount, 0, tally.findings, tally.findingsOmitted);
    }

    /** Adds what a replay has found. */
    DeepCheck with(JarReplayReport replay) {
        List<String> differing = replay.outcomes().stream()
                .filter(outcome -> !outcome.agrees())
                .map(Rehearsal.Outcome::report)
                .toList();
        List<String> all = Stream.concat(findings.stream(), differing.stream())
                .limit(FINDINGS_MAX)
                .toList();
        return new DeepCheck(
                eventCount,
                sealedCount,
                snapshotCount,
                replay.outcomes().size(),
                all,
                findingsOmitted + findings.size() + differing.size() - all.size());
    }

    /** Decodes one piece. Confined to one thread. */
    private static final class Tally implements Scan.Part<Tally> {
        private final KeyInspector keys;
        private final PayloadJson json = new PayloadJson();
        private final List<String> findings = new ArrayList<>();
        private long eventCount;
        private long sealedCount;
        private long findingsOmitted;

        Tally(KeyInspector keys) {
            this.keys = keys;
        }

        @Override
        public void onEvent(StoredEvent event) {
            if (keys.statusOf(event.payload()) != KeyInspector.Status.PLAIN) {
                sealedCount++;
                return;
            }
            eventCount++;
            String reason = wrong(event.payload());
            if (reason != null) {
                add("event cannot be decoded, unless a codec of your own wrote it: persistenceId="
                        + event.persistenceId() + ", sequenceNumber=" + event.sequenceNumber() + ", type="
                        + event.type() + ", reason=" + reason);
            }
        }

        private @Nullable String wrong(ByteBuffer payload) {
            try {
                json.write(payload);
                return null;
            } catch (PayloadCodecException e) {
                return String.valueOf(e.getMessage());
            }
        }

        long snapshots(SnapshotStore store, Set<PersistenceId> actors) {
            long count = 0;
            for (PersistenceId id : actors) {
                for (long number : store.sequenceNumbers(id)) {
                    Optional<Snapshot> found = store.load(id, number);
                    count++;
                    if (found.isEmpty() || found.get().sequenceNumber() != number) {
                        add("snapshot is damaged: persistenceId=" + id + ", sequenceNumber=" + number);
                        continue;
                    }
                    ByteBuffer payload = found.get().payload();
                    String reason = keys.statusOf(payload) == KeyInspector.Status.PLAIN ? wrong(payload) : null;
                    if (reason != null) {
                        add("snapshot cannot be decoded, unless a codec of your own wrote it: persistenceId=" + id
                                + ", sequenceNumber=" + number + ", reason=" + reason);
                    }
                }
            }
            return count;
        }

        private void add(String finding) {
            if (findings.size() < FINDINGS_MAX) {
                findings.add(finding);
            } else {
                findingsOmitted++;
            }
        }

        void add(Tally other) {
            eventCount += other.eventCount;
            sealedCount += other.sealedCount;
            findingsOmitted += other.findingsOmitted;
            other.findings.forEach(this::add);
        }

        @Override
        public Tally result() {
            return this;
        }
    }
}
