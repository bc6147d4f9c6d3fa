package io.stele.recovery;

import io.stele.spi.Clock;
import io.stele.spi.EventJournal;
import io.stele.spi.EventReader;
import io.stele.spi.ForgottenException;
import io.stele.spi.PayloadCodec;
import io.stele.spi.PayloadCodecException;
import io.stele.spi.PersistenceId;
import io.stele.spi.Snapshot;
import io.stele.spi.SnapshotStore;
import io.stele.spi.SteleException;
import io.stele.spi.StoredEvent;
import io.stele.spi.StoredType;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings an actor's state back: the newest usable snapshot, then every later event, applied in order.
 *
 * <pre>
 *   {@link #loadSnapshot} ──&gt; {@link #replayEvents} ──&gt; {@link #checkComplete}
 *   newest readable one       a plain fold, never         refuses a history that
 *   at or below the target    through a mailbox           ends before its snapshot
 * </pre>
 *
 * <p>A snapshot that cannot be read or decoded is passed over: for an older one, then for the whole history.
 *
 * <h2>Threads</h2>
 * Any thread; each call keeps its state to itself.
 */
public final class Recovery {
    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);
    private static final int TYPES_LOGGED_MAX = 1_000;

    private final EventJournal journal;
    private final SnapshotStore snapshots;
    private final PayloadCodec codec;
    private final Clock clock;
    private final Map<String, Upcasters> upcasters = new ConcurrentHashMap<>();
    private final Set<StoredType> snapshotTypesPassedOver = ConcurrentHashMap.newKeySet();

    /** Recovers from these stores. */
    public Recovery(EventJournal journal, SnapshotStore snapshots, PayloadCodec codec, Clock clock) {
        this.journal = journal;
        this.snapshots = snapshots;
        this.codec = codec;
        this.clock = clock;
    }

    /** Sets what stored events and states of one kind of actor mean today. Before any of them is recovered. */
    public void upcast(String entityType, Upcasters value) {
        if (!value.isEmpty()) {
            upcasters.put(entityType, value);
        }
    }

    /**
     * Feeds the history of {@code persistenceId} to {@code target}. Costs a look-up, one snapshot and the events behind it.
     *
     * @param toSequenceNumber the last event wanted; {@link Long#MAX_VALUE} for all there are
     * @throws io.stele.spi.ForgottenException if the actor's data was forgotten; this is no damage
     * @throws RecoveryException if an event cannot be decoded, or the target throws, or the history ends before its own
     *     snapshot; the target may have been fed a part
     * @throws io.stele.spi.CorruptJournalException if a record cannot be trusted
     */
    public RecoveryReport recover(PersistenceId persistenceId, long toSequenceNumber, ReplayTarget target) {
        long startNs = clock.nanoTime();
        Run run = new Run(persistenceId, codec.forActor(persistenceId), target);
        loadSnapshot(run, toSequenceNumber);
        replayEvents(run, toSequenceNumber);
        checkComplete(run);
        return new RecoveryReport(
                persistenceId,
                run.snapshotSequenceNumber,
                run.snapshotsPassedOver,
                run.eventsReplayed,
                run.sequenceNumber,
                clock.nanoTime() - startNs);
    }

    /** First of three: starts from the newest snapshot that can be decoded. Next: {@link #replayEvents}. */
    private void loadSnapshot(Run run, long toSequenceNumber) {
        long sequenceNumberMax = toSequenceNumber;
        while (sequenceNumberMax > 0) {
            Optional<Snapshot> found = snapshots.load(run.persistenceId, sequenceNumberMax);
            if (found.isEmpty()) {
                return;
            }
            Snapshot snapshot = found.get();
            try {
                run.target.onSnapshot(snapshot, decode(run, snapshot));
                run.snapshotSequenceNumber = snapshot.sequenceNumber();
                run.sequenceNumber = snapshot.sequenceNumber();
                return;
            } catch (ForgottenException e) {
                throw e; // and so is everything older
            } catch (PayloadCodecException e) {
                logPassedOver(snapshot, e);
                run.snapshotsPassedOver++;
                sequenceNumberMax = snapshot.sequenceNumber() - 1;
            }
        }
    }

    private static Object decode(Run run, Snapshot snapshot) {
        Object state = run.own.decode(snapshot.type(), snapshot.payload().duplicate());
        return run.upcasters == null ? state : run.upcasters.upcastState(state);
    }

    /** A state whose shape has changed may be that of every actor of its kind: one warning per stored type is enough. */
    private void logPassedOver(Snapshot snapshot, PayloadCodecException reason) {
        String text = "snapshot cannot be used, its state comes from an older one or from the events: persistenceId={},"
                + " sequenceNumber={}, type={}, reason={}";
        Object[] facts = {snapshot.persistenceId(), snapshot.sequenceNumber(), snapshot.type(), reason.getMessage()};
        if (snapshotTypesPassedOver.size() < TYPES_LOGGED_MAX && snapshotTypesPassedOver.add(snapshot.type())) {
            LOG.warn(text + "; more of this type are logged at level DEBUG", facts);
        } else {
            LOG.debug(text, facts);
        }
    }

    /** Second of three: applies the events behind the snapshot. Next: {@link #checkComplete}. */
    private void replayEvents(Run run, long toSequenceNumber) {
        if (run.sequenceNumber < toSequenceNumber) {
            run.eventsReplayed = journal.replay(run.persistenceId, run.sequenceNumber + 1, toSequenceNumber, run);
        }
    }

    /**
     * Last of three: a snapshot is only ever taken of durable events, so a history that ends before it has lost something.
     */
    private void checkComplete(Run run) {
        if (run.snapshotSequenceNumber == 0 || run.eventsReplayed > 0) {
            return;
        }
        long[] last = {0};
        journal.replay(
                run.persistenceId,
                run.snapshotSequenceNumber,
                run.snapshotSequenceNumber,
                stored -> last[0] = stored.sequenceNumber());
        if (last[0] != run.snapshotSequenceNumber) {
            throw new RecoveryException(
                    "journal ends before a snapshot that was taken from it: persistenceId=" + run.persistenceId
                            + ", snapshotSequenceNumber=" + run.snapshotSequenceNumber
                            + "; nothing was changed on disk; run: stele verify",
                    null);
        }
    }

    /** One recovery under way. */
    private final class Run implements EventReader {
        final PersistenceId persistenceId;
        final PayloadCodec own;
        final ReplayTarget target;
        final @Nullable Upcasters upcasters;
        long snapshotSequenceNumber;
        int snapshotsPassedOver;
        long eventsReplayed;
        long sequenceNumber;

        Run(PersistenceId persistenceId, PayloadCodec own, ReplayTarget target) {
            this.persistenceId = persistenceId;
            this.own = own;
            this.target = target;
            this.upcasters = Recovery.this.upcasters.get(persistenceId.entityType());
        }

        @Override
        public void onEvent(StoredEvent stored) {
            if (stored.sequenceNumber() != sequenceNumber + 1) {
                throw new RecoveryException(
                        "history has a gap: persistenceId=" + persistenceId + ", sequenceNumber="
                                + stored.sequenceNumber() + ", sequenceNumberExpected=" + (sequenceNumber + 1)
                                + "; nothing was changed on disk; run: stele verify",
                        null);
            }
            try {
                apply(stored);
            } catch (ForgottenException e) {
                throw e;
            } catch (RuntimeException e) {
                throw new RecoveryException(
                        "event cannot be replayed: " + facts(stored) + ", reason="
                                + (e instanceof SteleException ? e.getMessage() : e)
                                + "; this actor stays out of service, others are not affected; run: stele show "
                                + persistenceId,
                        e);
            }
            sequenceNumber = stored.sequenceNumber();
        }

        private void apply(StoredEvent stored) {
            if (upcasters == null) {
                target.onEvent(stored, own.decode(stored.type(), stored.payload()));
            } else {
                upcasters.replay(stored, own, target);
            }
        }

        private String facts(StoredEvent stored) {
            return "persistenceId=" + persistenceId + ", sequenceNumber=" + stored.sequenceNumber() + ", type="
                    + stored.type().name() + ", version=" + stored.type().version();
        }

        @Override
        public void onNote(StoredEvent note) {
            target.onNote(note);
        }
    }
}
