package io.stele.runtime;

import io.stele.spi.Clock;
import io.stele.spi.EventJournal;
import io.stele.spi.IndexStore;
import io.stele.spi.PayloadCodec;
import io.stele.spi.SnapshotStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Puts an {@link ActorSystem} together. Confined to one thread; used once. */
public final class ActorSystemBuilder {
    private @Nullable EventJournal journal;
    private @Nullable SnapshotStore snapshots;
    private @Nullable PayloadCodec codec;
    private Clock clock = Clock.system();
    private @Nullable IndexStore index;
    private int workerCount = Math.max(2, Runtime.getRuntime().availableProcessors());
    private int recoveryPermits = Math.max(2, Runtime.getRuntime().availableProcessors());
    private long recoveryBytesPerSecond;
    private @Nullable SeededTurns turns;
    private @Nullable SnapshotPolicy snapshotPolicy;
    private Duration closeTimeout = Duration.ofSeconds(30);
    private Duration turnMax = Duration.ofMillis(500);
    private final Map<String, DispatcherKind> dispatchers = new LinkedHashMap<>();
    private RandomGenerator random = RandomGenerator.getDefault();
    private Supervision supervision = Supervision.restart();
    private Consumer<? super Escalation> escalations = escalation -> {};
    private final List<AutoCloseable> owned = new ArrayList<>();

    ActorSystemBuilder() {}

    /** Sets where events go. Required for persistent actors. Not closed by the system unless {@link #owns} says so. */
    public ActorSystemBuilder journal(EventJournal value) {
        journal = value;
        return this;
    }

    /** Sets where snapshots go. Required with a journal. Not closed by the system unless {@link #owns} says so. */
    public ActorSystemBuilder snapshots(SnapshotStore value) {
        snapshots = value;
        return this;
    }

    /** Sets how values become bytes. Required with a journal. */
    public ActorSystemBuilder codec(PayloadCodec value) {
        codec = value;
        return this;
    }

    /** Sets where time comes from. Default: the machine. */
    public ActorSystemBuilder clock(Clock value) {
        clock = value;
        return this;
    }

    /** Sets how many threads run actors, at least 1. Default: one per processor, at least 2. */
    public ActorSystemBuilder workerCount(int value) {
        if (value < 1) {
            throw new IllegalArgumentException("workerCount must be at least 1: workerCount=" + value);
        }
        workerCount = value;
        return this;
    }

    /**
     * Adds threads of their own for actors that name them in their {@link ActorOptions#dispatcher()}.
     *
     * @throws IllegalArgumentException if the name is taken
     */
    public ActorSystemBuilder dispatcher(String name, DispatcherKind kind) {
        boolean predefined = name.equals(ActorOptions.DEFAULT_DISPATCHER)
                || name.equals(ActorOptions.PINNED_DISPATCHER)
                || name.equals(ActorOptions.BLOCKING_DISPATCHER);
        if (predefined || dispatchers.putIfAbsent(name, kind) != null) {
            throw new IllegalArgumentException("dispatcher's name is taken: dispatcher=" + name);
        }
        return this;
    }

    /** Sets how long a turn may keep a worker before it is reported with its stack. Default: 500 ms. */
    public ActorSystemBuilder turnMax(Duration value) {
        turnMax = value;
        return this;
    }

    /**
     * Sets how many actors may recover at once, at least 1. Each has a thread of its own, apart from the workers. Default: one per
     * processor, at least 2.
     */
    public ActorSystemBuilder recoveryPermits(int value) {
        if (value < 1) {
            throw new IllegalArgumentException("recoveryPermits must be at least 1: recoveryPermits=" + value);
        }
        recoveryPermits = value;
        return this;
    }

    /**
     * Sets how many bytes of snapshots and events recovery may read per second, all actors together; 0 for no limit. Default: 0.
     */
    public ActorSystemBuilder recoveryBytesPerSecond(long value) {
        if (value < 0) {
            throw new IllegalArgumentException(
                    "recoveryBytesPerSecond must not be negative: recoveryBytesPerSecond=" + value);
        }
        recoveryBytesPerSecond = value;
        return this;
    }

    /**
     * Sets where the system remembers what can be found out again, such as who is in {@link Quarantine}. Not closed by the system
     * unless {@link #owns} says so. Default: nowhere.
     */
    public ActorSystemBuilder index(IndexStore value) {
        index = value;
        return this;
    }

    /**
     * Has the system run its actors only when {@code value} is told to, on no thread of its own: for tests. Default: it has workers.
     */
    public ActorSystemBuilder turns(SeededTurns value) {
        turns = value;
        return this;
    }

    /** Sets when snapshots are taken, whatever the actors say: for tests. Default: as they say. */
    public ActorSystemBuilder snapshotPolicy(SnapshotPolicy value) {
        snapshotPolicy = value;
        return this;
    }

    /** Sets how long closing waits for actors to finish. Default: 30 s. */
    public ActorSystemBuilder closeTimeout(Duration value) {
        closeTimeout = value;
        return this;
    }

    /** Sets where the jitter of backoffs comes from; asked by one thread at a time. Default: the machine. */
    public ActorSystemBuilder random(RandomGenerator value) {
        random = value;
        return this;
    }

    /** Sets what becomes of plain actors that the system itself has started, when they fail. Default: {@link Supervision#restart()}. */
    public ActorSystemBuilder supervision(Supervision value) {
        supervision = value;
        return this;
    }

    /**
     * Sets who is told of a failure that nobody in the tree has taken care of, on a worker; closing the system is to be done
     * elsewhere. Default: it is logged only.
     */
    public ActorSystemBuilder onEscalation(Consumer<? super Escalation> listener) {
        escalations = listener;
        return this;
    }

    /** Has the system close {@code store} after its actors, in the order of these calls. */
    public ActorSystemBuilder owns(AutoCloseable store) {
        owned.add(store);
        return this;
    }

    /**
     * Starts the system.
     *
     * @throws IllegalStateException if there is a journal, but no store for snapshots or no codec
     */
    public ActorSystem build() {
        return new ActorSystem(this);
    }

    boolean hasJournal() {
        return journal != null;
    }

    EventJournal journal() {
        return required("journal", journal);
    }

    SnapshotStore snapshots() {
        return required("snapshots", snapshots);
    }

    PayloadCodec codec() {
        return required("codec", codec);
    }

    Clock clock() {
        return clock;
    }

    @Nullable IndexStore index() {
        return index;
    }

    int recoveryPermits() {
        return recoveryPermits;
    }

    long recoveryBytesPerSecond() {
        return recoveryBytesPerSecond;
    }

    int workerCount() {
        return workerCount;
    }

    Duration turnMax() {
        return turnMax;
    }

    Map<String, DispatcherKind> dispatchers() {
        return dispatchers;
    }

    @Nullable SeededTurns turns() {
        return turns;
    }

    @Nullable SnapshotPolicy snapshotPolicy() {
        return snapshotPolicy;
    }

    Duration closeTimeout() {
        return closeTimeout;
    }

    RandomGenerator random() {
        return random;
    }

    Supervision supervision() {
        return supervision;
    }

    Consumer<? super Escalation> escalations() {
        return escalations;
    }

    List<AutoCloseable> owned() {
        return List.copyOf(owned);
    }

    private static <T> T required(String name, @Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("system has no " + name + ", call builder." + name + "(…) first");
        }
        return value;
    }
}
