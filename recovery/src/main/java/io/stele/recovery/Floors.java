package io.stele.recovery;

import io.stele.spi.ActorTally;
import io.stele.spi.HistoryFile;
import io.stele.spi.HistoryFiles;
import io.stele.spi.PersistenceId;
import io.stele.spi.Snapshot;
import io.stele.spi.SnapshotStore;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/**
 * From which event on each actor of one lane keeps its history: the newest snapshot that can be read, held back by holds and rules.
 *
 * <p>Confined to one thread. Takes memory for every actor that was asked about.
 */
final class Floors {
    private final SnapshotStore snapshots;
    private final CompactionRules rules;
    private final Set<PersistenceId> held;
    private final long nowMs;
    private final Map<PersistenceId, Long> youngFrom = new HashMap<>();
    private final Map<PersistenceId, Long> bytesFrom = new HashMap<>();
    private final Map<PersistenceId, Floor> floors = new HashMap<>();
    private final Map<PersistenceId, Long> reliedOn = new HashMap<>();

    Floors(SnapshotStore snapshots, CompactionRules rules, long nowMs) {
        this.snapshots = snapshots;
        this.rules = rules;
        this.nowMs = nowMs;
        held = rules.holds().list();
    }

    /** Why an actor keeps what it keeps. */
    enum Cause {
        COVERED,
        NO_SNAPSHOT,
        SNAPSHOT_AHEAD,
        HELD,
        RULE
    }

    /** The first event that stays, 0 for all, and why. */
    record Floor(long from, Cause cause) {}

    /** Learns what rules by age and by bytes need to know of a lane, if there are any. O(tallies). */
    void learn(HistoryFiles history, List<HistoryFile> files) {
        Map<PersistenceId, Long> bytes = new HashMap<>();
        for (int i = files.size() - 1; i >= 0; i--) {
            history.tally(files.get(i), tally -> learn(tally, bytes));
        }
    }

    boolean needsTallies() {
        return needsTallies(rules.others())
                || rules.byEntityType().values().stream().anyMatch(Floors::needsTallies);
    }

    private static boolean needsTallies(RetentionPolicy policy) {
        return policy.youngerThan() != null || policy.bytesMin() > 0;
    }

    private void learn(ActorTally tally, Map<PersistenceId, Long> bytes) {
        PersistenceId id = tally.persistenceId();
        RetentionPolicy policy = rules.policy(id.entityType());
        if (policy.youngerThan() != null
                && tally.timestampMsMax() >= nowMs - policy.youngerThan().toMillis()) {
            youngFrom.merge(id, tally.firstSequenceNumber(), Math::min);
        }
        if (policy.bytesMin() > 0) {
            long newer = bytes.getOrDefault(id, 0L);
            bytes.put(id, newer + tally.bytes());
            if (newer < policy.bytesMin() && newer + tally.bytes() >= policy.bytesMin()) {
                bytesFrom.put(id, tally.firstSequenceNumber());
            }
        }
    }

    /** Returns where an actor's history must begin. One load of a snapshot the first time. */
    Floor floor(PersistenceId id, long lastSequenceNumber) {
        return floors.computeIfAbsent(id, key -> work(key, lastSequenceNumber));
    }

    /** Returns which snapshots were relied on: whose, and the number of its event. */
    Map<PersistenceId, Long> reliedOn() {
        return reliedOn;
    }

    private Floor work(PersistenceId id, long last) {
        if (held.contains(id)) {
            return new Floor(0, Cause.HELD);
        }
        Optional<Snapshot> found = snapshots.load(id, Long.MAX_VALUE);
        if (found.isEmpty()) {
            return new Floor(0, Cause.NO_SNAPSHOT);
        }
        Snapshot snapshot = found.get();
        if (snapshot.sequenceNumber() > last) {
            return new Floor(0, Cause.SNAPSHOT_AHEAD);
        }
        long from = snapshot.sequenceNumber();
        RetentionPolicy policy = rules.policy(id.entityType());
        long ruled = isTerminal(policy, snapshot, last) ? from : Math.max(0, ruled(policy, id, from, last));
        if (ruled > 0) {
            reliedOn.put(id, from);
        }
        return new Floor(ruled, ruled < from ? Cause.RULE : Cause.COVERED);
    }

    private boolean isTerminal(RetentionPolicy policy, Snapshot snapshot, long last) {
        return policy.terminal() != null
                && snapshot.sequenceNumber() == last
                && nowMs - snapshot.timestampMs() >= policy.terminalAfter().toMillis()
                && policy.terminal().test(snapshot);
    }

    private long ruled(RetentionPolicy policy, PersistenceId id, long covered, long last) {
        long from = covered;
        if (policy.eventCountMin() > 0) {
            from = Math.min(from, last - policy.eventCountMin() + 1);
        }
        if (policy.youngerThan() != null) {
            from = Math.min(from, youngFrom.getOrDefault(id, Long.MAX_VALUE));
        }
        if (policy.bytesMin() > 0) {
            from = Math.min(from, bytesFrom.getOrDefault(id, 0L));
        }
        return from;
    }

    /** Returns a hash over a snapshot and whose it is, made so that the sum over many does not depend on their order. */
    static long hash(Snapshot snapshot) {
        return crc(new CRC32C(), snapshot) << Integer.SIZE | crc(new CRC32(), snapshot);
    }

    private static long crc(Checksum checksum, Snapshot snapshot) {
        byte[] id = snapshot.persistenceId().encoded().getBytes(StandardCharsets.UTF_8);
        checksum.update(id);
        checksum.update(ByteBuffer.allocate(Long.BYTES)
                .putLong(snapshot.sequenceNumber())
                .flip());
        checksum.update(snapshot.payload().duplicate());
        return checksum.getValue();
    }
}
