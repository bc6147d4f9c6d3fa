package io.stele.runtime;

import io.stele.recovery.Recovery;
import io.stele.recovery.RecoveryReport;
import io.stele.recovery.ReplayTarget;
import io.stele.spi.Clock;
import io.stele.spi.DurabilityListener;
import io.stele.spi.EventBatch;
import io.stele.spi.EventJournal;
import io.stele.spi.EventStream;
import io.stele.spi.JournalException;
import io.stele.spi.PayloadCodec;
import io.stele.spi.PersistenceId;
import io.stele.spi.RecordMetadata;
import io.stele.spi.SnapshotStore;
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
    private volatile boolean closing;
    private boolean closed;

    ActorSystem(ActorSystemBuilder builder) {
        journal = builder.journal();
        codec = builder.codec();
        clock = builder.clock();
        SnapshotStore snapshots = builder.snapshots();
        recovery = new Recovery(journal, snapshots, codec, clock);
        dispatcher = new ForkJoinDispatcher(builder.workerCount());
        snapshotter = new Snapshotter(snapshots, codec);
        owned = builder.owned();
        closeTimeoutNs = builder.closeTimeout().toNanos();
        batches = ThreadLocal.withInitial(journal::newBatch);
        releases = new LaneRelease[journal.laneCount()];
        for (int lane = 0; lane < releases.length; lane++) {
            releases[lane] = new LaneRelease(dispatcher);
        }
        journal.listener(new Progress());
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
        EntityType<?, ?> known = types.get(type);
        if (known == null) {
            register(instantiate(type));
            known = types.get(type);
        }
        assert known != null : "registered above";
        return ref(known, new PersistenceId(known.actor.entityType(), entityId));
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
        sweeper.shutdownNow();
        boolean stopped = dispatcher.close();
        entities.values().forEach(entity -> entity.abandon(stopped));
        snapshotter.close();
        closeOwned();
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

    RecoveryReport recover(PersistenceId persistenceId, ReplayTarget target) {
        RecoveryReport report = recovery.recover(persistenceId, Long.MAX_VALUE, target);
        LOG.debug(
                "recovered: persistenceId={}, snapshotSequenceNumber={}, eventsReplayed={}, durationNs={}",
                persistenceId,
                report.snapshotSequenceNumber(),
                report.eventsReplayed(),
                report.durationNs());
        return report;
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
