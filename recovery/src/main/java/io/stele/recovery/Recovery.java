package io.stele.recovery;

import io.stele.spi.Clock;
import io.stele.spi.EventHistory;
import io.stele.spi.EventReader;
import io.stele.spi.ForgottenException;
import io.stele.spi.HistoryCompactedException;
import io.stele.spi.KeyMissingException;
import io.stele.spi.PayloadCodec;
import io.stele.spi.PayloadCodecException;
import io.stele.spi.PersistenceId;
import io.stele.spi.ReplayRequest;
import io.stele.spi.Snapshot;
import io.stele.spi.SnapshotStore;
import io.stele.spi.SteleException;
import io.stele.spi.StoredEvent;
import io.stele.spi.StoredType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
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
 * <p>A snapshot that cannot be read or decoded, or whose state had another shape, is passed over: for an older one, then for the
 * whole history. Where the journal was compacted beyond that, a state of another shape is read by the codec's rules; if there is
 * none either, the actor is refused, and never starts from nothing.
 *
 * <p>An event that cannot be applied ends the recovery with {@link PoisonEventException}, unless a {@link SkipNote} behind it says
 * that it is to be left out. Those notes are looked for only when an event fails, so that nobody else pays for them; one that is met
 * behind an event which did not fail makes the recovery begin again without the event, so that the decision holds for good.
 *
 * <h2>Threads</h2>
 * Any thread; each call keeps its state to itself.
 */
public final class Recovery {
    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);
    /** The budget is asked so often, and not for every event. */
    private static final int SPEND_BYTES = 64 << 10;

    private static final int TYPES_LOGGED_MAX = 1_000;

    private final EventHistory journal;
    private final SnapshotStore snapshots;
    private final PayloadCodec codec;
    private final Clock clock;
    private final ReadBudget budget;
    private final Map<String, Upcasters> upcasters = new ConcurrentHashMap<>();
    private final Set<StoredType> snapshotTypesPassedOver = ConcurrentHashMap.newKeySet();

    /** Recovers from these stores as fast as it can. */
    public Recovery(EventHistory journal, SnapshotStore snapshots, PayloadCodec codec, Clock clock) {
        this(journal, snapshots, codec, clock, ReadBudget.of(clock, 0));
    }

    /** Recovers from these stores, within a budget. */
    public Recovery(EventHistory journal, SnapshotStore snapshots, PayloadCodec codec, Clock clock, ReadBudget budget) {
        this.journal = journal;
        this.snapshots = snapshots;
        this.codec = codec;
        this.clock = clock;
        this.budget = budget;
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
     * @throws HistoryCompactedException if the history begins later than the newest usable snapshot ends
     * @throws io.stele.spi.ForgottenException if the actor's data was forgotten; this is no damage
     * @throws KeyMissingException if something is encrypted with a key that is not here; nothing is wrong with it
     * @throws PoisonEventException if an event cannot be decoded, or the target throws; the target has been fed what is before it
     * @throws RecoveryException if the history ends before its own snapshot; the target may have been fed a part
     * @throws io.stele.spi.CorruptJournalException if a record cannot be trusted
     */
    public RecoveryReport recover(PersistenceId persistenceId, long toSequenceNumber, ReplayTarget target) {
        return recover(persistenceId, Moment.after(toSequenceNumber), target);
    }

    /**
     * Feeds the history of {@code persistenceId} up to a moment to {@code target}. Costs and throws as above. A decision to skip an event
     * counts from where it stands; one that stands behind the moment counts only for an event that cannot be applied.
     */
    public RecoveryReport recover(PersistenceId persistenceId, Moment to, ReplayTarget target) {
        Run run = new Run(persistenceId, codec.forActor(persistenceId), target, to, Set.of());
        while (true) {
            try {
                return recover(run);
            } catch (LateSkip late) {
                run = new Run(persistenceId, run.own, target, to, late.skipped());
                target.onRestart();
            }
        }
    }

    /**
     * Recovers several actors, of which those that lie close together in the journal share its reading: as {@link #recover(PersistenceId,
     * long, ReplayTarget)} for each of them, up to its last event. Whoever cannot be recovered is a matter of its own: see {@link
     * RecoveryRequest#failure}.
     */
    public void recoverAll(List<RecoveryRequest> requests) {
        List<Run> runs = new ArrayList<>(requests.size());
        List<ReplayRequest> replays = new ArrayList<>(requests.size());
        for (RecoveryRequest request : requests) {
            Run run = new Run(
                    request.persistenceId(),
                    codec.forActor(request.persistenceId()),
                    request.target(),
                    Moment.LATEST,
                    Set.of());
            runs.add(run);
            ReplayRequest replay = prepare(run);
            if (replay != null) {
                replays.add(replay);
            }
        }
        long startNs = clock.nanoTime();
        journal.replayAll(replays);
        long nsPerEvent = (clock.nanoTime() - startNs)
                / Math.max(1, runs.stream().mapToLong(run -> run.eventsReplayed).sum());
        for (int i = 0; i < runs.size(); i++) {
            complete(runs.get(i), requests.get(i), nsPerEvent);
        }
    }

    private @Nullable ReplayRequest prepare(Run run) {
        long startNs = clock.nanoTime();
        try {
            loadSnapshot(run);
        } catch (SteleException e) {
            LOG.debug("snapshot will be looked for again: persistenceId={}", run.persistenceId, e);
            return null;
        }
        run.snapshotNs = clock.nanoTime() - startNs;
        run.replay = new ReplayRequest(run.persistenceId, run.sequenceNumber + 1, Long.MAX_VALUE, run);
        return run.replay;
    }

    /** Ends a shared recovery. Whatever was out of the ordinary is done again by itself, which knows how to deal with it. */
    private void complete(Run run, RecoveryRequest request, long nsPerEvent) {
        try {
            if (run.replay == null || run.replay.failure() != null) {
                request.target().onRestart();
                request.onRecovered(recover(request.persistenceId(), Moment.LATEST, request.target()));
                return;
            }
            long startNs = clock.nanoTime() - run.eventsReplayed * nsPerEvent;
            budget.spend(run.unspentBytes);
            long replayedNs = clock.nanoTime();
            checkComplete(run);
            request.onRecovered(run.report(new RecoveryReport.Phases(
                    0, 0, run.snapshotNs, replayedNs - startNs, clock.nanoTime() - replayedNs)));
        } catch (RuntimeException e) {
            request.onFailed(e);
        }
    }

    private RecoveryReport recover(Run run) {
        long startNs = clock.nanoTime();
        loadSnapshot(run);
        long loadedNs = clock.nanoTime();
        replayEvents(run);
        long replayedNs = clock.nanoTime();
        checkComplete(run);
        return run.report(new RecoveryReport.Phases(
                0, 0, loadedNs - startNs, replayedNs - loadedNs, clock.nanoTime() - replayedNs));
    }

    /**
     * Replays the history of {@code persistenceId} and compares the states with the hashes that stand in it, and with the
     * snapshots that there are. Says where handlers and history part as closely as those allow. Reads the history twice, three
     * times if they do; changes nothing.
     *
     * @throws HistoryCompactedException if the history was compacted, and no snapshot makes up for that
     * @throws RecoveryException if an event cannot be decoded
     * @throws io.stele.spi.CorruptJournalException if a record cannot be trusted
     */
    public ReplayVerdict check(PersistenceId persistenceId, Fold fold) {
        return new ReplayCheck(journal, snapshots, codec.forActor(persistenceId), persistenceId, fold)
                .run(this::startingFrom);
    }

    private Recovery startingFrom(SnapshotStore others) {
        Recovery recovery = new Recovery(journal, others, codec, clock);
        recovery.upcasters.putAll(upcasters);
        return recovery;
    }

    /** First of three: starts from the newest snapshot that may be used. Next: {@link #replayEvents}. */
    private void loadSnapshot(Run run) {
        List<Snapshot> evolved = new ArrayList<>(0);
        for (long max = run.to.sequenceNumberMax(); max > 0; ) {
            Snapshot snapshot = snapshots.load(run.persistenceId, max).orElse(null);
            if (snapshot == null) {
                break;
            }
            max = snapshot.sequenceNumber() - 1;
            if (!run.to.includes(snapshot)) {
                continue;
            }
            if (isEvolved(snapshot) && !run.target.usesEvolvedSnapshots()) {
                evolved.add(snapshot);
                logPassedOver(snapshot, "its state had another shape");
                run.snapshotsPassedOver++;
            } else if ((evolved.isEmpty() || continuesAfter(run, snapshot.sequenceNumber())) && start(run, snapshot)) {
                return;
            }
        }
        if (!evolved.isEmpty() && !continuesAfter(run, 0)) {
            startFromEvolved(run, evolved);
        }
    }

    /** The events that would make up for a state of another shape are gone: then the codec's rules have to do. */
    private void startFromEvolved(Run run, List<Snapshot> evolved) {
        for (Snapshot snapshot : evolved) {
            if (start(run, snapshot)) {
                run.snapshotsPassedOver--;
                LOG.info(
                        "snapshot of another shape is used, its events were compacted: persistenceId={}, sequenceNumber={},"
                                + " type={}",
                        run.persistenceId,
                        snapshot.sequenceNumber(),
                        snapshot.type());
                return;
            }
        }
    }

    private static Object decode(Run run, Snapshot snapshot) {
        Object state = run.own.decode(snapshot.type(), snapshot.payload().duplicate());
        return run.upcasters == null ? state : run.upcasters.upcastState(state);
    }

    /** A state whose shape has changed may be that of every actor of its kind: one warning per stored type is enough. */
    private void logPassedOver(Snapshot snapshot, @Nullable String reason) {
        String text = "snapshot cannot be used, its state comes from an older one or from the events: persistenceId={},"
                + " sequenceNumber={}, type={}, reason={}";
        Object[] facts = {snapshot.persistenceId(), snapshot.sequenceNumber(), snapshot.type(), reason};
        if (snapshotTypesPassedOver.size() < TYPES_LOGGED_MAX && snapshotTypesPassedOver.add(snapshot.type())) {
            LOG.warn(text + "; more of this type are logged at level DEBUG", facts);
        } else {
            LOG.debug(text, facts);
        }
    }

    private boolean isEvolved(Snapshot snapshot) {
        return snapshot.schemaFingerprint() != 0 && snapshot.schemaFingerprint() != codec.fingerprint(snapshot.type());
    }

    private boolean continuesAfter(Run run, long sequenceNumber) {
        try {
            return journal.replay(run.persistenceId, sequenceNumber + 1, sequenceNumber + 1, event -> {}) > 0;
        } catch (HistoryCompactedException e) {
            return false;
        }
    }

    private boolean start(Run run, Snapshot snapshot) {
        try {
            run.target.onSnapshot(snapshot, decode(run, snapshot));
            run.snapshotSequenceNumber = snapshot.sequenceNumber();
            run.sequenceNumber = snapshot.sequenceNumber();
            run.count(snapshot.payload().remaining());
            return true;
        } catch (ForgottenException | KeyMissingException e) {
            throw e; // and so is everything older; or its key may be found
        } catch (PayloadCodecException e) {
            logPassedOver(snapshot, e.getMessage());
            run.snapshotsPassedOver++;
            return false;
        }
    }

    /** Second of three: applies the events behind the snapshot. Next: {@link #checkComplete}. */
    private void replayEvents(Run run) {
        if (run.sequenceNumber < run.to.sequenceNumberMax()) {
            try {
                journal.replay(run.persistenceId, run.sequenceNumber + 1, run.to.sequenceNumberMax(), run);
            } catch (MomentReached reached) {
                run.endReached = true;
            }
        }
        budget.spend(run.unspentBytes);
    }

    /**
     * Last of three: a snapshot is only ever taken of durable events, so a history that ends before it has lost something.
     */
    private void checkComplete(Run run) {
        if (run.eventsReplayed > 0 || run.endReached || run.to.sequenceNumberMax() <= 0) {
            return;
        }
        if (run.snapshotSequenceNumber == 0) {
            requireNew(run);
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

    /** There is neither snapshot nor event, so there must never have been one. */
    private void requireNew(Run run) {
        if (!snapshots.sequenceNumbers(run.persistenceId).isEmpty()) {
            throw new HistoryCompactedException(run.persistenceId, 1, 0);
        }
    }

    /** Collects which events are to be left out, from the notes behind one that failed. */
    private Set<Long> skipsBehind(PersistenceId persistenceId, long sequenceNumber) {
        Set<Long> skips = new TreeSet<>();
        journal.replay(persistenceId, sequenceNumber + 1, Long.MAX_VALUE, new EventReader() {
            @Override
            public void onEvent(StoredEvent event) {
                // only notes decide
            }

            @Override
            public void onNote(StoredEvent note) {
                SkipNote skip = SkipNote.of(note);
                if (skip != null) {
                    skips.add(skip.sequenceNumber());
                }
            }
        });
        return skips;
    }

    /** One recovery under way. */
    private final class Run implements EventReader {
        final PersistenceId persistenceId;
        final PayloadCodec own;
        final ReplayTarget target;
        final Moment to;
        final @Nullable Upcasters upcasters;
        long snapshotSequenceNumber;
        int snapshotsPassedOver;
        long eventsReplayed;
        long eventsSkipped;
        long payloadBytes;
        long unspentBytes;
        long sequenceNumber;
        boolean endReached;
        long snapshotNs;

        @Nullable ReplayRequest replay;

        private boolean lookedAhead;
        private final Set<Long> skips;

        Run(PersistenceId persistenceId, PayloadCodec own, ReplayTarget target, Moment to, Set<Long> skips) {
            this.persistenceId = persistenceId;
            this.own = own;
            this.target = target;
            this.to = to;
            this.skips = new TreeSet<>(skips);
            this.upcasters = Recovery.this.upcasters.get(persistenceId.entityType());
        }

        @Override
        public void onEvent(StoredEvent stored) {
            if (stored.sequenceNumber() > sequenceNumber + 1 && sequenceNumber == snapshotSequenceNumber) {
                throw new HistoryCompactedException(persistenceId, sequenceNumber + 1, stored.sequenceNumber());
            }
            if (stored.sequenceNumber() != sequenceNumber + 1) {
                throw new RecoveryException(
                        "history has a gap: persistenceId=" + persistenceId + ", sequenceNumber="
                                + stored.sequenceNumber() + ", sequenceNumberExpected=" + (sequenceNumber + 1)
                                + "; nothing was changed on disk; run: stele verify",
                        null);
            }
            if (!to.includes(stored)) {
                throw new MomentReached();
            }
            eventsReplayed++;
            if (skips.isEmpty() || !skips.contains(stored.sequenceNumber())) {
                apply(stored);
            } else {
                skip(stored);
            }
            sequenceNumber = stored.sequenceNumber();
        }

        private void apply(StoredEvent stored) {
            try {
                count(stored.payload().remaining());
                decodeAndApply(stored);
            } catch (ForgottenException | KeyMissingException e) {
                throw e;
            } catch (RuntimeException | StackOverflowError | LinkageError | AssertionError e) {
                if (!isSkippedLater(stored.sequenceNumber())) {
                    throw new PoisonEventException(stored, e);
                }
                skip(stored);
            }
        }

        private boolean isSkippedLater(long number) {
            if (!lookedAhead) {
                lookedAhead = true;
                Set<Long> ahead = skipsBehind(persistenceId, number);
                ahead.removeAll(skips);
                skips.addAll(ahead);
                if (ahead.stream().anyMatch(skipped -> skipped > snapshotSequenceNumber && skipped < number)) {
                    throw new LateSkip(skips);
                }
            }
            return skips.contains(number);
        }

        private void skip(StoredEvent stored) {
            eventsSkipped++;
            skips.add(stored.sequenceNumber());
            target.onSkipped(stored);
            LOG.warn(
                    "event is left out of the state, as was decided: persistenceId={}, sequenceNumber={}, type={}",
                    persistenceId,
                    stored.sequenceNumber(),
                    stored.type());
        }

        private void decodeAndApply(StoredEvent stored) {
            if (upcasters == null) {
                target.onEvent(stored, own.decode(stored.type(), stored.payload()));
            } else {
                upcasters.replay(stored, own, target);
            }
        }

        @Override
        public void onNote(StoredEvent note) {
            SkipNote skip = SkipNote.of(note);
            if (skip != null && skip.sequenceNumber() > snapshotSequenceNumber && skips.add(skip.sequenceNumber())) {
                throw new LateSkip(skips);
            }
            target.onNote(note);
        }

        RecoveryReport report(RecoveryReport.Phases phases) {
            return new RecoveryReport(
                    persistenceId,
                    snapshotSequenceNumber,
                    snapshotsPassedOver,
                    eventsReplayed,
                    eventsSkipped,
                    payloadBytes,
                    sequenceNumber,
                    phases);
        }

        void count(int bytes) {
            payloadBytes += bytes;
            unspentBytes += bytes;
            if (unspentBytes >= SPEND_BYTES) {
                budget.spend(unspentBytes);
                unspentBytes = 0;
            }
        }
    }
}
