package io.stele.runtime;

import io.opentelemetry.api.trace.Span;
import io.stele.recovery.Moment;
import io.stele.recovery.ReadBudget;
import io.stele.recovery.Recovery;
import io.stele.recovery.RecoveryRates;
import io.stele.recovery.RecoveryReport;
import io.stele.spi.Durability;
import io.stele.spi.DurabilityListener;
import io.stele.spi.EventBatch;
import io.stele.spi.EventJournal;
import io.stele.spi.EventStream;
import io.stele.spi.IndexStore;
import io.stele.spi.JournalException;
import io.stele.spi.PayloadCodec;
import io.stele.spi.PersistenceId;
import io.stele.spi.RecordMetadata;
import io.stele.spi.SnapshotStore;
import io.stele.spi.SteleException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What persistent actors stand on: the journal and the way into it, recovery, snapshots, and who waits for the disk. A system without a
 * journal has none.
 *
 * <p>Any thread.
 */
final class Persistence {
    private static final Logger LOG = LoggerFactory.getLogger(Persistence.class);
    private static final int METADATA_BYTES = 2_048;
    private static final long TIMERS_KEPT_EVERY_S = 10;
    private static final long SWEEPS_PER_LIFETIME = 4;
    private static final long SWEEP_MS_MAX = 1_000;

    private final ActorSystem system;
    private final @Nullable SeededTurns turns;
    private final @Nullable SnapshotPolicy snapshotPolicy;
    private final EventJournal journal;
    private final SnapshotStore snapshots;
    private final PayloadCodec codec;
    private final Recovery recovery;
    private final ReadBudget readBudget;
    private final RecoveryPermits permits;
    private final @Nullable IndexStore index;
    private final Recoveries recoveries;
    private final Quarantine quarantine;
    private final DurableTimers timers;
    private final Snapshotter snapshotter;
    private final LaneRelease[] releases;
    private final ScheduledExecutorService sweeper;
    private final Entities entities;
    private final ThreadLocal<EventBatch> batches;
    private final ThreadLocal<ByteBuffer> metadata = ThreadLocal.withInitial(() -> ByteBuffer.allocate(METADATA_BYTES));
    private final @Nullable Residency residency;
    private final MemoryPressure pressure;
    private final AtomicBoolean flushing = new AtomicBoolean();

    Persistence(ActorSystem system, ActorSystemBuilder builder) {
        this.system = system;
        turns = builder.turns();
        snapshotPolicy = builder.snapshotPolicy();
        journal = builder.journal();
        codec = builder.codec();
        snapshots = builder.snapshots();
        readBudget = ReadBudget.of(builder.clock(), builder.recoveryBytesPerSecond());
        recovery = new Recovery(journal, snapshots, codec, builder.clock(), readBudget);
        permits = new RecoveryPermits(
                turns == null
                        ? BlockingDispatcher.bounded("stele-recovery", builder.recoveryPermits())
                        : turns.dispatcher(),
                builder.recoveryPermits(),
                builder.clock());
        index = builder.index();
        recoveries = new Recoveries(permits, index == null ? RecoveryRates.NONE : RatesStore.load(index));
        snapshotter = new Snapshotter(snapshots, codec, turns);
        batches = ThreadLocal.withInitial(journal::newBatch);
        releases = new LaneRelease[journal.laneCount()];
        for (int lane = 0; lane < releases.length; lane++) {
            releases[lane] = new LaneRelease(system.dispatcher());
            system.dispatcher().lookOutFor(releases[lane]);
        }
        residency = builder.residency();
        pressure = builder.memoryPressure();
        entities = new Entities(system, this);
        quarantine = new Quarantine(system, index);
        timers = new DurableTimers(journal, snapshots, index, this::wake);
        sweeper = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "stele-sweeper");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Starts to listen for what becomes durable. Once everything that hears of it is there. */
    void start() {
        journal.listener(new Progress());
        sweepRegularly(Long.MAX_VALUE, pressure::look);
        timers.load();
        if (turns != null) {
            turns.onTick(timers::keep);
            turns.later(this::scanForTimers);
            return;
        }
        Thread scan = new Thread(this::scanForTimers, "stele-timer-scan");
        scan.setDaemon(true);
        scan.start();
        var unused = sweeper.scheduleWithFixedDelay(
                timers::keep, TIMERS_KEPT_EVERY_S, TIMERS_KEPT_EVERY_S, TimeUnit.SECONDS);
    }

    private void scanForTimers() {
        try {
            while (!system.isClosing() && timers.scanSome()) {}
        } catch (RuntimeException e) {
            LOG.error("timers of actors that stay untouched may come late, the scan for them failed", e);
        }
    }

    private @Nullable ActorException wake(PersistenceId persistenceId) {
        return entities.deliver(entities.typeOf(persistenceId), persistenceId, TimerFiring.Wake.INSTANCE);
    }

    /** Has every actor finish what it has accepted and leave memory, until {@code deadlineNs}. */
    void finish(long deadlineNs) {
        readBudget.lift(); // whoever has been accepted is to be served, and soon
        while (!entities.isEmpty() && system.clock().nanoTime() - deadlineNs < 0) {
            entities.all().forEach(Entity::leave);
            system.dispatcher().pause();
        }
        if (!entities.isEmpty()) {
            LOG.warn(
                    "actors are still busy at the end of the close timeout: count={}, one={}",
                    entities.count(),
                    entities.all().stream().findFirst());
        }
        sweeper.shutdown();
    }

    /**
     * Tells whoever still waits that it waits in vain, and keeps what is worth keeping.
     *
     * @param stopped whether no worker runs any more
     */
    void close(boolean stopped) {
        entities.all().forEach(entity -> entity.abandon(stopped));
        snapshotter.close();
        timers.keep();
        try {
            if (index != null && recoveries.totals().done().recoveredCount() > 0) {
                RatesStore.save(index, recoveries.rates().halved());
            }
        } catch (SteleException e) {
            LOG.warn("what recoveries took could not be kept, plans will be worse: reason={}", e.getMessage());
        }
    }

    /** Looks again and again who has been idle for long. */
    void sweepRegularly(long lifetimeNs, Runnable sweep) {
        if (turns != null) {
            turns.onTick(sweep);
            return;
        }
        long sweepMs = TimeUnit.NANOSECONDS.toMillis(lifetimeNs) / SWEEPS_PER_LIFETIME;
        long periodMs = Math.max(1, Math.min(SWEEP_MS_MAX, sweepMs));
        var unused = sweeper.scheduleWithFixedDelay(sweep, periodMs, periodMs, TimeUnit.MILLISECONDS);
    }

    RecoveryReport rehearse(PersistenceId persistenceId) {
        return recovery.recover(
                persistenceId,
                Long.MAX_VALUE,
                new Restored<>(entities.typeOf(persistenceId), codec.forActor(persistenceId), system.clock()));
    }

    /** Has the quarantine reach the disk, off the calling thread. */
    void flushSoon(QuarantineStore store) {
        if (flushing.compareAndSet(false, true)) {
            Executor thread = turns == null ? sweeper : turns::later;
            thread.execute(() -> {
                flushing.set(false);
                try {
                    store.flush();
                } catch (SteleException e) {
                    LOG.warn("quarantine could not be flushed: reason={}", e.getMessage());
                }
            });
        }
    }

    /**
     * Appends the events of one effect, all or none, encoded by their actor's own codec, and what becomes of its timers. Throws as
     * {@link EventJournal#append} and the codec do.
     *
     * @return how many bytes the events take
     */
    int append(
            PayloadCodec own,
            EventStream stream,
            long timestampMs,
            List<?> events,
            @Nullable String commandId,
            @Nullable ByteBuffer timerChanges) {
        SystemMeters meters = system.meters();
        boolean timed = meters != null && meters.timesAppend(system);
        long startNs = timed ? system.clock().nanoTime() : 0;
        AppendEvent recorded = new AppendEvent();
        recorded.begin();
        Span span = Tracing.append(system.tracing(), stream, events.size());
        int eventBytes = -1;
        try {
            eventBytes = write(
                    own,
                    stream,
                    timestampMs,
                    events,
                    metadata(events.isEmpty() ? null : commandId, timerChanges, span));
        } finally {
            if (span != null) {
                Tracing.end(span, eventBytes >= 0);
            }
        }
        if (meters != null && timed) {
            meters.onAppended(system.clock().nanoTime() - startNs);
        }
        if (recorded.shouldCommit()) {
            recorded.persistenceId = stream.persistenceId().encoded();
            recorded.events = events.size();
            recorded.bytes = eventBytes;
            recorded.lane = stream.lane();
            recorded.commit();
        }
        return eventBytes;
    }

    /** Returns how many bytes the events take. */
    private int write(
            PayloadCodec own, EventStream stream, long timestampMs, List<?> events, @Nullable ByteBuffer metadata) {
        EventBatch batch = batches.get();
        batch.begin(timestampMs);
        if (metadata != null) {
            batch.metadata(metadata);
        }
        int metadataBytes = batch.sizeBytes();
        for (int i = 0; i < events.size(); i++) { // without an iterator for each command
            batch.add(own, events.get(i));
        }
        int eventBytes = batch.sizeBytes() - metadataBytes;
        journal.append(stream, stream.lastSequenceNumber() + (events.isEmpty() ? 0 : 1), batch);
        return eventBytes;
    }

    private @Nullable ByteBuffer metadata(
            @Nullable String commandId, @Nullable ByteBuffer timerChanges, @Nullable Span span) {
        if (commandId == null && timerChanges == null && span == null) {
            return null;
        }
        String trace = span == null ? null : Tracing.traceparent(span.getSpanContext());
        int sizeBytes = (commandId == null ? 0 : RecordMetadata.sizeBytes(3 * commandId.length()))
                + (timerChanges == null ? 0 : RecordMetadata.sizeBytes(timerChanges.remaining()))
                + (trace == null ? 0 : RecordMetadata.sizeBytes(trace.length()));
        ByteBuffer scratch = metadata.get();
        ByteBuffer fields = sizeBytes <= scratch.capacity() ? scratch.clear() : ByteBuffer.allocate(sizeBytes);
        if (commandId != null) {
            RecordMetadata.put(fields, RecordMetadata.COMMAND_ID, commandId);
        }
        if (timerChanges != null) {
            RecordMetadata.put(fields, RecordMetadata.TIMERS, timerChanges);
        }
        if (trace != null) {
            RecordMetadata.put(fields, RecordMetadata.TRACE_CONTEXT, trace);
        }
        return fields.flip();
    }

    /** Appends the reply that a command with an id has got, as a note. */
    void appendReply(EventStream stream, long timestampMs, String commandId, DeduplicationWindow.Value reply) {
        ByteBuffer typeField = DeduplicationWindow.writeType(reply.type());
        ByteBuffer fields = ByteBuffer.allocate(RecordMetadata.sizeBytes(commandId.length() * 3)
                + RecordMetadata.sizeBytes(typeField.remaining())
                + RecordMetadata.sizeBytes(reply.bytes().length));
        RecordMetadata.put(fields, RecordMetadata.COMMAND_ID, commandId);
        RecordMetadata.put(fields, RecordMetadata.REPLY_TYPE, typeField);
        RecordMetadata.put(fields, RecordMetadata.REPLY, ByteBuffer.wrap(reply.bytes()));
        appendNote(stream, timestampMs, fields.flip());
    }

    /** Appends metadata alone. */
    void appendNote(EventStream stream, long timestampMs, ByteBuffer fields) {
        EventBatch batch = batches.get();
        batch.begin(timestampMs);
        batch.metadata(fields);
        journal.append(stream, stream.lastSequenceNumber(), batch);
    }

    @Nullable Residency residency() {
        return residency;
    }

    /** Returns how long an actor may be idle now that otherwise may be so for {@code lifetimeNs}. */
    long lifetimeNs(long lifetimeNs) {
        return pressure.lifetimeNs(lifetimeNs);
    }

    /** Returns when snapshots are taken whatever the actors say; null if they have the say. */
    @Nullable SnapshotPolicy snapshotPolicy() {
        return snapshotPolicy;
    }

    /** Works out what an actor's state was at a moment; of one whose replies survive power cuts only durable events count. */
    <E, S> PastState<S> stateAt(EntityType<E, S> type, PersistenceId persistenceId, Moment moment) {
        Moment visible = type.durability == Durability.PROCESS_CRASH
                ? moment
                : moment.withPositionMax(journal.durablePosition(journal.lane(persistenceId)));
        return TimeTravel.stateAt(recovery, codec, type, persistenceId, visible);
    }

    EventJournal journal() {
        return journal;
    }

    PayloadCodec codec() {
        return codec;
    }

    SnapshotStore snapshots() {
        return snapshots;
    }

    Recovery recovery() {
        return recovery;
    }

    Recoveries recoveries() {
        return recoveries;
    }

    DurableTimers timers() {
        return timers;
    }

    Quarantine quarantine() {
        return quarantine;
    }

    Snapshotter snapshotter() {
        return snapshotter;
    }

    RecoveryPermits permits() {
        return permits;
    }

    LaneRelease release(int lane) {
        return releases[lane];
    }

    Entities entities() {
        return entities;
    }

    /** What the journal's sync threads have to say. */
    private final class Progress implements DurabilityListener {

        @Override
        public void onDurable(int lane, long durablePosition) {
            releases[lane].onProgress();
        }

        @Override
        public void onForced(int lane, long records, long durationNs) {
            SystemMeters meters = system.meters();
            if (meters != null) {
                meters.onForced(records, durationNs);
            }
        }

        @Override
        public void onFailed(int lane, JournalException cause) {
            LOG.error("lane takes no more events: lane={}, reason={}", lane, cause.getMessage());
            releases[lane].onProgress();
        }
    }
}
