package io.stele.runtime;

import io.micrometer.core.instrument.MeterRegistry;
import io.stele.recovery.Moment;
import io.stele.recovery.Recovery;
import io.stele.spi.Clock;
import io.stele.spi.EventJournal;
import io.stele.spi.OpeningReport;
import io.stele.spi.PayloadCodec;
import io.stele.spi.PersistenceId;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the actors of one process: persistent ones, which it finds, runs and brings back, and plain ones, which live in memory.
 *
 * <p>Most users open one with {@code Stele.open(directory)}; {@link #builder()} is for other stores, and for none: a system without
 * a journal runs plain actors only.
 *
 * <h2>Threads</h2>
 * Any thread may use it. Actors run on its workers; a handler that blocks keeps one of them busy.
 */
public final class ActorSystem implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ActorSystem.class);

    private final Clock clock;
    private final Dispatchers dispatchers;
    private final DeadLetters deadLetters;
    private final Map<ActorOptions, Kind> kinds = new ConcurrentHashMap<>();
    private final Kind standard;
    private final Watchdog watchdog;
    private final AskTimeouts askTimeouts;
    private final LocalActor<Object> root;
    private final @Nullable Persistence persistence;
    private final List<AutoCloseable> owned;
    private final long closeTimeoutNs;
    private final Shutdown shutdown;
    private final AtExit exit;
    private final RandomGenerator random;
    private final Consumer<? super Escalation> escalations;
    private final ParkedMessages parked = new ParkedMessages();
    private final LocalReceptionist receptionist = new LocalReceptionist(this);
    private final Addresses addresses;
    private final Timers timers;
    private final @Nullable TimerThread timerThread;
    private final Delays delays;
    private final @Nullable SystemMeters meters;
    private final @Nullable MeterRegistry meterRegistry;
    private final @Nullable Tracing tracing;
    private volatile boolean closing;
    private boolean closed;

    ActorSystem(ActorSystemBuilder builder) {
        clock = builder.clock();
        meterRegistry = builder.metrics();
        tracing = builder.tracing();
        meters = meterRegistry == null ? null : new SystemMeters(meterRegistry);
        owned = builder.owned();
        closeTimeoutNs = builder.closeTimeout().toNanos();
        shutdown = new Shutdown(clock, builder.shutdownTimeouts());
        random = builder.random();
        escalations = builder.escalations();
        SeededTurns turns = builder.turns();
        delays = turns == null ? new ThreadDelays() : new TickDelays(turns, clock);
        deadLetters = new DeadLetters(clock);
        dispatchers = new Dispatchers(builder);
        watchdog = dispatchers.watchdog();
        standard = new Kind(this, ActorOptions.standard(), dispatchers.standard());
        askTimeouts = AskTimeouts.start(clock, turns);
        root = LocalActor.root(this);
        root.childSupervision(builder.supervision());
        addresses = new Addresses(this, root);
        persistence = builder.hasJournal() ? new Persistence(this, builder) : null;
        if (persistence != null) {
            persistence.start();
        }
        timers = new Timers(clock, builder.workerCount());
        DurableTimers durable = persistence == null ? null : persistence.timers();
        timerThread = turns == null ? new TimerThread(clock, timers, durable) : null;
        if (timerThread != null) {
            timerThread.start();
        } else {
            Objects.requireNonNull(turns).onTick(() -> TimerThread.tick(clock, timers, durable));
        }
        if (meters != null) {
            meters.bind(this, persistence, builder.compactor());
        }
        exit = builder.closesAtExit() ? AtExit.register(this) : AtExit.NONE;
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
        entities().register(actor);
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
        EntityType<?, ?> known = entities().known(type);
        return ref(known, new PersistenceId(known.actor.entityType(), entityId));
    }

    /**
     * Returns an actor by its address: {@code stele://node/actor/path} or {@code stele://node/entity/type/id}, of this node or another, or
     * {@code /path} of this one. An address of another node is made without asking whether anybody is there.
     *
     * @param <M> the messages that it takes, which nobody checks here
     * @throws IllegalArgumentException if the address is not understood, no way to its node is known, or it is of this node and nobody is
     *     there
     */
    @SuppressWarnings("unchecked")
    public <M> ActorRef<M> actorFor(String address) {
        return (ActorRef<M>) addresses.actor(address);
    }

    /**
     * Returns a persistent actor by its address, {@code stele://node/entity/type/id}.
     *
     * @throws IllegalArgumentException as {@link #actorFor} does, and if the kind of actor is of this node and not registered
     */
    public EntityRef entityFor(String address) {
        return addresses.entity(address);
    }

    EntityRef entity(PersistenceId persistenceId) {
        return ref(entities().typeOf(persistenceId), persistenceId);
    }

    Addresses addresses() {
        return addresses;
    }

    LocalReceptionist localReceptionist() {
        return receptionist;
    }

    /**
     * Starts a plain actor.
     *
     * @param name what no other living actor at this level is called: 1 to 255 characters, none of them a slash, the first not a dollar
     *     sign
     * @param actor makes the actor, on the thread of its first turn; called again if it is restarted
     * @param <M> the messages it takes
     * @throws IllegalArgumentException if the name is taken or not acceptable
     */
    public <M> ActorRef<M> spawn(String name, Supplier<? extends Actor<M>> actor) {
        return root.spawn(name, actor);
    }

    /**
     * As {@link #spawn(String, Supplier)}, with a name that nobody else has.
     *
     * @param <M> the messages it takes
     */
    public <M> ActorRef<M> spawn(Supplier<? extends Actor<M>> actor) {
        return root.spawn(actor);
    }

    /**
     * As {@link #spawn(String, Supplier)}, with other threads, another mailbox or another limit.
     *
     * @param <M> the messages it takes
     * @throws IllegalArgumentException also if the system has no dispatcher of that name
     */
    public <M> ActorRef<M> spawn(String name, ActorOptions options, Supplier<? extends Actor<M>> actor) {
        return root.spawn(name, options, actor);
    }

    /**
     * Stops an actor that was started with {@link #spawn}, after the message that it handles now; its children first. Messages that
     * still wait become dead letters.
     *
     * @throws IllegalArgumentException if it was not started by this system's {@link #spawn}
     */
    public void stop(ActorRef<?> actor) {
        root.stop(actor);
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
        EntityType<?, S> known = (EntityType<?, S>) entities().known(type);
        return persistence().stateAt(known, new PersistenceId(known.actor.entityType(), entityId), moment);
    }

    /** Returns the store of that class that this system closes in the end; null if it has none. */
    public <T> @Nullable T owned(Class<T> type) {
        return owned.stream()
                .filter(type::isInstance)
                .map(type::cast)
                .findFirst()
                .orElse(null);
    }

    /** Returns what looks at the actors of this system from outside, for people. */
    public Inspection inspection() {
        return new Inspection(root, persistence);
    }

    /** Returns how many persistent actors are in memory now. */
    public int activeEntityCount() {
        return persistence == null ? 0 : persistence.entities().count();
    }

    /** Returns what tells actors something later. Forgotten in a crash; see {@link #durableTimers()}. */
    public Timers timers() {
        return timers;
    }

    /** Returns where actors of this system are found by what they do. */
    public Receptionist receptionist() {
        return receptionist;
    }

    /** Returns the timers of persistent actors, which survive crashes. */
    public DurableTimers durableTimers() {
        return persistence().timers();
    }

    /** Returns the messages that nobody has handled. */
    public DeadLetters deadLetters() {
        return deadLetters;
    }

    /** Returns how many turns took longer than {@link ActorSystemBuilder#turnMax}, since the start. */
    public long longTurns() {
        return watchdog.reportedCount();
    }

    /** Returns who is out of service because of a stored event that cannot be applied, and the ways back. */
    public Quarantine quarantine() {
        return persistence().quarantine();
    }

    /**
     * Returns a stage that is complete when an actor has stopped; at once, if it has. Continuations that are not {@code …Async} run where
     * the actor stopped and must not block. A persistent actor that passivates has not stopped.
     *
     * @throws IllegalArgumentException if it is not the address of an actor of this system
     */
    public CompletionStage<ActorRef<?>> whenTerminated(ActorRef<?> actor) {
        CompletableFuture<ActorRef<?>> stopped = new CompletableFuture<>();
        watch(actor, stopped::complete);
        return stopped;
    }

    void watch(ActorRef<?> actor, Watcher watcher) {
        addresses.watch(actor, watcher);
    }

    void unwatch(ActorRef<?> actor, Watcher watcher) {
        addresses.unwatch(actor, watcher);
    }

    /** Returns messages that actors have failed on for good, where their {@link Supervision} keeps them. */
    public ParkedMessages parked() {
        return parked;
    }

    /** Returns whether this system works, and if not why. Cheap enough to ask every second. */
    public Health health() {
        return Health.of(this, persistence, watchdog);
    }

    /** Returns where this system counts, for those who build on it; null if it does not. */
    public @Nullable MeterRegistry meterRegistry() {
        return meterRegistry;
    }

    /** Returns what opening the journal found, repaired and took. */
    public OpeningReport openingReport() {
        return journal().openingReport();
    }

    /** Returns what recoveries came to since the start. */
    public Recoveries recoveries() {
        return persistence().recoveries();
    }

    /** Returns how many snapshots were saved since the start. */
    public long snapshotsSaved() {
        return persistence().snapshotter().savedCount();
    }

    /** Returns how many snapshots could not be saved since the start; no event is lost by that. */
    public long snapshotsFailed() {
        return persistence().snapshotter().failedCount();
    }

    /** Returns how this system closes, for tasks of the application's own. */
    public Shutdown shutdown() {
        return shutdown;
    }

    /**
     * Goes through the phases of {@link ShutdownPhase}: takes no more messages for persistent actors, lets each of them finish what it has
     * accepted, stops the plain ones, then closes the stores that belong to it. What cannot be finished in time fails with an
     * {@link ActorException}: nothing that was accepted stays without an answer. Closing twice does nothing; a second thread waits for the
     * first. Not to be called by an actor.
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        exit.remove();
        shutdown.begin();
        shutdown.run(ShutdownPhase.ANNOUNCE, deadlineNs -> {});
        shutdown.run(ShutdownPhase.FINISH, this::finish);
        shutdown.run(ShutdownPhase.STOP, this::stopPlainActors);
        shutdown.run(ShutdownPhase.CLOSE, deadlineNs -> closeAll());
        shutdown.run(ShutdownPhase.AFTER, deadlineNs -> {});
    }

    private void finish(long deadlineNs) {
        closing = true;
        if (timerThread != null) {
            timerThread.close();
        }
        if (persistence != null) {
            persistence.finish(deadlineNs);
        }
    }

    private void stopPlainActors(long deadlineNs) {
        root.requestStop();
        while (!root.isClosed() && clock.nanoTime() - deadlineNs < 0) {
            dispatchers.standard().pause();
        }
    }

    private void closeAll() {
        delays.close();
        boolean recovered = persistence == null || persistence.permits().close();
        boolean stopped = dispatchers.close() && recovered;
        if (stopped) {
            root.abandon();
        }
        if (persistence != null) {
            persistence.close(stopped);
        }
        askTimeouts.close();
        closeOwned();
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

    @Nullable ActorException deliver(EntityType<?, ?> type, PersistenceId persistenceId, Object message) {
        return entities().deliver(type, persistenceId, message);
    }

    @Nullable SystemMeters meters() {
        return meters;
    }

    @Nullable Tracing tracing() {
        return tracing;
    }

    /** Goes round all actors in memory. */
    void forEachCell(Consumer<? super Cell> visitor) {
        Census.forEachBelow(root, visitor);
        if (persistence != null) {
            persistence.entities().all().forEach(visitor);
        }
    }

    long openBreakers() {
        return standard.openCount()
                + kinds.values().stream().mapToLong(Kind::openCount).sum();
    }

    EntityRef ref(EntityType<?, ?> type, PersistenceId persistenceId) {
        return new LocalEntityRef(this, type, persistenceId);
    }

    Persistence persistence() {
        Persistence present = persistence;
        if (present == null) {
            throw new IllegalStateException("system has no journal, call builder.journal(…) first");
        }
        return present;
    }

    Entities entities() {
        return persistence().entities();
    }

    long closeTimeoutNs() {
        return closeTimeoutNs;
    }

    EventJournal journal() {
        return persistence().journal();
    }

    Recovery recovery() {
        return persistence().recovery();
    }

    PayloadCodec codec() {
        return persistence().codec();
    }

    Clock clock() {
        return clock;
    }

    Dispatcher dispatcher() {
        return dispatchers.standard();
    }

    AskTimeouts askTimeouts() {
        return askTimeouts;
    }

    /** Returns the number of the watchdog's current tick. */
    int tick() {
        return watchdog.tick();
    }

    /** Returns what actors with the same options share. */
    Kind kind(ActorOptions options) {
        if (options.equals(ActorOptions.standard())) {
            return standard;
        }
        return kinds.computeIfAbsent(
                options, unused -> new Kind(this, options, dispatchers.named(options.dispatcher())));
    }

    Watches watches() {
        return entities().watches();
    }

    RandomGenerator random() {
        return random;
    }

    Delays delays() {
        return delays;
    }

    /** A failure has gone up the whole tree. */
    void onEscalated(Escalation escalation) {
        LOG.error("failure has reached the top, the actor stops: actor={}", escalation.actor(), escalation.cause());
        Hooks.announce("onEscalation", escalation.actor(), () -> escalations.accept(escalation));
    }

    boolean isClosing() {
        return closing;
    }
}
