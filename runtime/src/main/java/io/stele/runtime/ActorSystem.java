package io.stele.runtime;

import io.stele.recovery.Moment;
import io.stele.recovery.ReadBudget;
import io.stele.recovery.Recovery;
import io.stele.recovery.RecoveryRates;
import io.stele.recovery.RecoveryReport;
import io.stele.spi.Clock;
import io.stele.spi.Durability;
import io.stele.spi.DurabilityListener;
import io.stele.spi.EventBatch;
import io.stele.spi.EventJournal;
import io.stele.spi.EventStream;
import io.stele.spi.IndexStore;
import io.stele.spi.JournalException;
import io.stele.spi.OpeningReport;
import io.stele.spi.PayloadCodec;
import io.stele.spi.PersistenceId;
import io.stele.spi.RecordMetadata;
import io.stele.spi.SnapshotStore;
import io.stele.spi.SteleException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the persistent actors of one process: finds them, runs them, brings them back.
 *
 * <p>Most users open one with {@code Stele.open(directory)}; {@link #builder()} is for other stores.
 *
 * <h2>Threads</h2>
 * Any thread may use it. Actors run on its workers; a handler that blocks keeps one of them busy.
 */
public final class ActorSystem implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ActorSystem.class);
    private static final int METADATA_BYTES = 2_048;
    private static final long SWEEPS_PER_LIFETIME = 4;
    private static final long SWEEP_MS_MAX = 1_000;

    private final EventJournal journal;
    private final PayloadCodec codec;
    private final Clock clock;
    private final Recovery recovery;
    private final ReadBudget readBudget;
    private final RecoveryPermits permits;
    private final @Nullable IndexStore index;
    private final Recoveries recoveries;
    private final Quarantine quarantine;
    private final Dispatcher dispatcher;
    private final Snapshotter snapshotter;
    private final LaneRelease[] releases;
    private final List<AutoCloseable> owned;
    private final ScheduledExecutorService sweeper;
    private final long closeTimeoutNs;
    private final Map<Class<?>, EntityType<?, ?>> types = new ConcurrentHashMap<>();
    private final Map<String, Class<?>> typeNames = new ConcurrentHashMap<>();
    private final Map<PersistenceId, Entity<?, ?>> entities = new ConcurrentHashMap<>();
    private final ThreadLocal<EventBatch> batches;
    private final ThreadLocal<ByteBuffer> metadata = ThreadLocal.withInitial(() -> ByteBuffer.allocate(METADATA_BYTES));
    private final AtomicBoolean flushing = new AtomicBoolean();
    private volatile boolean closing;
    private boolean closed;

    ActorSystem(ActorSystemBuilder builder) {
        journal = builder.journal();
        codec = builder.codec();
        clock = builder.clock();
        SnapshotStore snapshots = builder.snapshots();
        readBudget = ReadBudget.of(clock, builder.recoveryBytesPerSecond());
        recovery = new Recovery(journal, snapshots, codec, clock, readBudget);
        dispatcher = new ForkJoinDispatcher("stele-worker", builder.workerCount());
        permits = new RecoveryPermits(
                new ForkJoinDispatcher("stele-recovery", builder.recoveryPermits()), builder.recoveryPermits(), clock);
        index = builder.index();
        recoveries = new Recoveries(permits, index == null ? RecoveryRates.NONE : RatesStore.load(index));
        snapshotter = new Snapshotter(snapshots, codec);
        owned = builder.owned();
        closeTimeoutNs = builder.closeTimeout().toNanos();
        batches = ThreadLocal.withInitial(journal::newBatch);
        releases = new LaneRelease[journal.laneCount()];
        for (int lane = 0; lane < releases.length; lane++) {
            releases[lane] = new LaneRelease(dispatcher);
        }
        journal.listener(new Progress());
        quarantine = new Quarantine(this, index);
        sweeper = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "stele-sweeper");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Starts to put a system together from stores of one's own. */
    public static ActorSystemBuilder builder() {
        return new ActorSystemBuilder();
    }

    /**
     * Makes a kind of actor known. Needed only for actors that have no constructor without arguments; for others
     * {@link #entity} does it.
     *
     * @throws IllegalArgumentException if another class has the same entity type, or a setting is out of range
     */
    public void register(PersistentActor<?, ?> actor) {
        types.computeIfAbsent(actor.getClass(), type -> define(actor));
    }

    /**
     * Returns the address of one actor. Cheap: nothing is read until it gets its first message.
     *
     * @param type the kind of actor
     * @param entityId which one; see {@link PersistenceId}
     * @throws IllegalArgumentException if the id is not acceptable, or the class is neither registered nor has a constructor
     *     without arguments
     */
    public EntityRef entity(Class<? extends PersistentActor<?, ?>> type, String entityId) {
        EntityType<?, ?> known = known(type);
        return ref(known, new PersistenceId(known.actor.entityType(), entityId));
    }

    private EntityType<?, ?> known(Class<? extends PersistentActor<?, ?>> type) {
        EntityType<?, ?> known = types.get(type);
        if (known == null) {
            register(instantiate(type));
            known = types.get(type);
        }
        assert known != null : "registered above";
        return known;
    }

    /**
     * Works out what an actor's state was at a moment, from the nearest snapshot before it and the events behind that; its initial state
     * if it had no event then. The actor itself takes no notice. Of an actor whose replies survive power cuts only durable events
     * count. Works on the calling thread, within {@link ActorSystemBuilder#recoveryBytesPerSecond}.
     *
     * @param type the kind of actor
     * @param <S> state
     * @throws io.stele.recovery.PoisonEventException if an event before the moment cannot be applied
     * @throws JournalException if the history cannot be read
     */
    @SuppressWarnings("unchecked")
    public <S> PastState<S> stateAt(Class<? extends PersistentActor<?, S>> type, String entityId, Moment moment) {
        EntityType<?, S> known = (EntityType<?, S>) known(type);
        PersistenceId persistenceId = new PersistenceId(known.actor.entityType(), entityId);
        Moment visible = known.durability == Durability.PROCESS_CRASH
                ? moment
                : moment.withPositionMax(journal.durablePosition(journal.lane(persistenceId)));
        return TimeTravel.stateAt(recovery, codec, known, persistenceId, visible);
    }

    /** Returns the store of that class that this system closes in the end; null if it has none. */
    public <T> @Nullable T owned(Class<T> type) {
        return owned.stream()
                .filter(type::isInstance)
                .map(type::cast)
                .findFirst()
                .orElse(null);
    }

    /** Returns how many actors are in memory now. */
    public int activeEntityCount() {
        return entities.size();
    }

    /** Returns who is out of service because of a stored event that cannot be applied, and the ways back. */
    public Quarantine quarantine() {
        return quarantine;
    }

    /** Returns what opening the journal found, repaired and took. */
    public OpeningReport openingReport() {
        return journal.openingReport();
    }

    /** Returns what recoveries came to since the start. */
    public Recoveries recoveries() {
        return recoveries;
    }

    /** Returns how many snapshots were saved since the start. */
    public long snapshotsSaved() {
        return snapshotter.savedCount();
    }

    /** Returns how many snapshots could not be saved since the start; no event is lost by that. */
    public long snapshotsFailed() {
        return snapshotter.failedCount();
    }

    /**
     * Takes no more messages, lets every actor finish what it has accepted, then closes the stores that belong to it. What cannot be
     * finished within the builder's close timeout fails. Closing twice does nothing.
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        closing = true;
        readBudget.lift(); // whoever has been accepted is to be served, and soon
        long deadlineNs = clock.nanoTime() + closeTimeoutNs;
        while (!entities.isEmpty() && clock.nanoTime() - deadlineNs < 0) {
            entities.values().forEach(Entity::leave);
            pause();
        }
        if (!entities.isEmpty()) {
            LOG.warn(
                    "actors are still busy at the end of the close timeout: count={}, one={}",
                    entities.size(),
                    entities.keySet().iterator().next());
        }
        sweeper.shutdown();
        boolean recovered = permits.close();
        boolean stopped = dispatcher.close() && recovered;
        entities.values().forEach(entity -> entity.abandon(stopped));
        snapshotter.close();
        keepRates();
        closeOwned();
    }

    private void keepRates() {
        try {
            if (index != null && recoveries.totals().done().recoveredCount() > 0) {
                RatesStore.save(index, recoveries.rates().halved());
            }
        } catch (SteleException e) {
            LOG.warn("what recoveries took could not be kept, plans will be worse: reason={}", e.getMessage());
        }
    }

    private void pause() {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }

    private void closeOwned() {
        for (AutoCloseable store : owned) {
            try {
                store.close();
            } catch (Exception e) {
                LOG.error(
                        "store could not be closed: store={}", store.getClass().getSimpleName(), e);
            }
        }
    }

    /**
     * Hands a message to an actor, bringing it into memory if need be.
     *
     * @return null if it was taken; otherwise why not
     */
    @Nullable ActorException deliver(EntityType<?, ?> type, PersistenceId persistenceId, Object message) {
        while (!closing) {
            Entity<?, ?> entity = entities.get(persistenceId);
            if (entity == null) {
                ActorException refusal = quarantine.refusal(persistenceId);
                if (refusal != null) {
                    return refusal;
                }
                entity = entities.computeIfAbsent(persistenceId, id -> new Entity<>(this, type, id));
            }
            switch (entity.offer(message)) {
                case TAKEN -> {
                    return null;
                }
                case FULL -> {
                    return new MailboxFullException(
                            "mailbox is full, try again later: persistenceId=" + persistenceId + ", mailboxCapacity="
                                    + type.mailboxCapacity,
                            null);
                }
                case CLOSED -> entity.awaitForwarded();
            }
        }
        return new ActorSystemClosedException("system is closed: persistenceId=" + persistenceId, null);
    }

    /** An entity has left memory with nothing left to do. */
    void remove(Entity<?, ?> entity) {
        entities.remove(entity.persistenceId, entity);
    }

    /** An entity has left memory, but messages wait: a successor takes its place with them, in their order. */
    <E, S> void replace(Entity<E, S> entity, Queue<Object> waiting) {
        Entity<E, S> successor = new Entity<>(this, entity.type, entity.persistenceId);
        successor.inherit(waiting);
        entities.replace(entity.persistenceId, entity, successor);
        successor.wake();
    }

    /** Replays an actor's history to see whether that can be done. */
    RecoveryReport rehearse(PersistenceId persistenceId) {
        return recovery.recover(
                persistenceId,
                Long.MAX_VALUE,
                new Restored<>(typeOf(persistenceId), codec.forActor(persistenceId), clock));
    }

    private EntityType<?, ?> typeOf(PersistenceId persistenceId) {
        Class<?> actor = typeNames.get(persistenceId.entityType());
        EntityType<?, ?> type = actor == null ? null : types.get(actor);
        if (type == null) {
            throw new IllegalArgumentException(
                    "kind of actor is not known, so register it first: persistenceId=" + persistenceId);
        }
        return type;
    }

    /** Runs an action while an actor is not in memory, and keeps it out until that is done; false if it is in memory. */
    boolean runWhileAbsent(PersistenceId persistenceId, Runnable action) {
        return entities.compute(persistenceId, (id, entity) -> {
                    if (entity == null) {
                        action.run();
                    }
                    return entity;
                })
                == null;
    }

    long closeTimeoutNs() {
        return closeTimeoutNs;
    }

    /** Has the quarantine reach the disk, off the calling thread. */
    void flushSoon(QuarantineStore store) {
        if (flushing.compareAndSet(false, true)) {
            sweeper.execute(() -> {
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
     * Appends the events of one effect, all or none, encoded by their actor's own codec. Throws as {@link EventJournal#append} and
     * the codec do.
     *
     * @return how many bytes the events take
     */
    int append(PayloadCodec own, EventStream stream, long timestampMs, List<?> events, @Nullable String commandId) {
        EventBatch batch = batches.get();
        batch.begin(timestampMs);
        if (commandId != null) {
            ByteBuffer fields = metadata.get().clear();
            RecordMetadata.put(fields, RecordMetadata.COMMAND_ID, commandId);
            batch.metadata(fields.flip());
        }
        int metadataBytes = batch.sizeBytes();
        for (Object event : events) {
            batch.add(own, event);
        }
        int eventBytes = batch.sizeBytes() - metadataBytes;
        journal.append(stream, stream.lastSequenceNumber() + 1, batch);
        return eventBytes;
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

    EntityRef ref(EntityType<?, ?> type, PersistenceId persistenceId) {
        return new LocalEntityRef(this, type, persistenceId);
    }

    EventJournal journal() {
        return journal;
    }

    Recovery recovery() {
        return recovery;
    }

    PayloadCodec codec() {
        return codec;
    }

    Clock clock() {
        return clock;
    }

    Dispatcher dispatcher() {
        return dispatcher;
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

    boolean isClosing() {
        return closing;
    }

    private <E, S> EntityType<E, S> define(PersistentActor<E, S> actor) {
        Class<?> other = typeNames.putIfAbsent(actor.entityType(), actor.getClass());
        if (other != null && other != actor.getClass()) {
            throw new IllegalArgumentException("two classes have the same entity type: entityType=" + actor.entityType()
                    + ", class=" + actor.getClass().getName() + ", other=" + other.getName());
        }
        EntityType<E, S> type = new EntityType<>(actor, codec);
        recovery.upcast(actor.entityType(), actor.upcasters());
        long sweepMs = TimeUnit.NANOSECONDS.toMillis(type.passivateAfterNs) / SWEEPS_PER_LIFETIME;
        long periodMs = Math.max(1, Math.min(SWEEP_MS_MAX, sweepMs));
        var unused = sweeper.scheduleWithFixedDelay(() -> sweep(type), periodMs, periodMs, TimeUnit.MILLISECONDS);
        return type;
    }

    /** Lets idle actors of one kind leave memory. */
    private void sweep(EntityType<?, ?> type) {
        long sinceNs = clock.nanoTime() - type.passivateAfterNs;
        for (Entity<?, ?> entity : entities.values()) {
            if (entity.type == type) {
                entity.passivateIfIdleSince(sinceNs);
            }
        }
    }

    static PersistentActor<?, ?> instantiate(Class<? extends PersistentActor<?, ?>> type) {
        try {
            Constructor<? extends PersistentActor<?, ?>> constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true);
            return constructor.newInstance();
        } catch (NoSuchMethodException e) {
            throw new IllegalArgumentException(
                    "actor has no constructor without arguments, so register an instance first: class="
                            + type.getName(),
                    e);
        } catch (InvocationTargetException e) {
            throw new IllegalArgumentException(
                    "constructor of the actor threw: class=" + type.getName() + ", reason=" + e.getCause(), e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException("actor cannot be created: class=" + type.getName() + ", reason=" + e, e);
        }
    }

    /** What the journal's sync threads have to say. */
    private final class Progress implements DurabilityListener {

        @Override
        public void onDurable(int lane, long durablePosition) {
            releases[lane].onProgress();
        }

        @Override
        public void onFailed(int lane, JournalException cause) {
            LOG.error("lane takes no more events: lane={}, reason={}", lane, cause.getMessage());
            releases[lane].onProgress();
        }
    }
}
