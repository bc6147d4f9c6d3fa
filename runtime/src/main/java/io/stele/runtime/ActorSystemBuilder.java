package io.stele.runtime;

import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.stele.recovery.Compactor;
import io.stele.spi.Clock;
import io.stele.spi.EventJournal;
import io.stele.spi.IndexStore;
import io.stele.spi.PayloadCodec;
import io.stele.spi.SnapshotStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Puts an {@link ActorSystem} together. Confined to one thread; used once. */
public final class ActorSystemBuilder {
    private static final Duration SHUTDOWN_TASKS_TIMEOUT = Duration.ofSeconds(10);
    private static final double PASSIVATION_HEAP_SHARE = 0.85;

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
    private final Map<ShutdownPhase, Duration> shutdownTimeouts = new EnumMap<>(ShutdownPhase.class);
    private boolean closesAtExit;
    private int activeEntityLimit = Integer.MAX_VALUE;
    private double passivationHeapShare = PASSIVATION_HEAP_SHARE;
    private DoubleSupplier heapShare = MemoryPressure::shareAfterCollection;
    private Supervision supervision = Supervision.restart();
    private Consumer<? super Escalation> escalations = escalation -> {};
    private @Nullable MeterRegistry metrics;
    private @Nullable OpenTelemetry openTelemetry;
    private @Nullable Compactor compactor;
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

    /**
     * Sets how long a phase of the shutdown may take. Default: what {@link #closeTimeout} says for {@link ShutdownPhase#FINISH} and
     * {@link ShutdownPhase#STOP}, 10 s for tasks in the others.
     */
    public ActorSystemBuilder shutdownTimeout(ShutdownPhase phase, Duration value) {
        shutdownTimeouts.put(phase, value);
        return this;
    }

    /**
     * Has the system closed when the JVM ends by SIGTERM, SIGINT or by itself, which waits for that. Systems that {@code Stele} opens are;
     * others by default are not.
     */
    public ActorSystemBuilder closesAtExit(boolean value) {
        closesAtExit = value;
        return this;
    }

    /**
     * Sets how many persistent actors stay in memory, about, at least 1: those that were used most lately. Those that have something to do stay
     * until it is done, whatever the limit. Default: no limit.
     */
    public ActorSystemBuilder activeEntityLimit(int value) {
        if (value < 1) {
            throw new IllegalArgumentException("activeEntityLimit must be at least 1: activeEntityLimit=" + value);
        }
        activeEntityLimit = value;
        return this;
    }

    /**
     * Sets beyond which share of the heap, in use after a collection, idle actors leave memory sooner and sooner. Default: 0.85.
     *
     * @param value above 0, at most 1, which is never
     */
    public ActorSystemBuilder passivationHeapShare(double value) {
        if (!(value > 0 && value <= 1)) {
            throw new IllegalArgumentException("passivationHeapShare is out of range: passivationHeapShare=" + value);
        }
        passivationHeapShare = value;
        return this;
    }

    /** Sets how full the heap is said to be. */
    ActorSystemBuilder heapShare(DoubleSupplier value) {
        heapShare = value;
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

    /**
     * Has the system count what it does, where {@code registry} says. What there is, and what it costs, is in docs/metrics.md. Default:
     * nothing is counted.
     */
    public ActorSystemBuilder metrics(MeterRegistry registry) {
        metrics = registry;
        return this;
    }

    /**
     * Has the system go on with traces: where a message is sent in a sampled span, what it leads to is told as spans, and the events keep
     * the trace in their metadata. It never begins a trace of its own. What there is, and what it costs, is in docs/tracing.md. Default:
     * nothing is traced.
     */
    public ActorSystemBuilder tracing(OpenTelemetry value) {
        openTelemetry = value;
        return this;
    }

    /** Sets whose work shows among the metrics. Default: nobody's. */
    public ActorSystemBuilder compactor(Compactor value) {
        compactor = value;
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

    Map<ShutdownPhase, Duration> shutdownTimeouts() {
        Map<ShutdownPhase, Duration> timeouts = new EnumMap<>(ShutdownPhase.class);
        for (ShutdownPhase phase : ShutdownPhase.values()) {
            boolean waitsForActors = phase == ShutdownPhase.FINISH || phase == ShutdownPhase.STOP;
            timeouts.put(phase, waitsForActors ? closeTimeout : SHUTDOWN_TASKS_TIMEOUT);
        }
        timeouts.putAll(shutdownTimeouts);
        return timeouts;
    }

    boolean closesAtExit() {
        return closesAtExit;
    }

    @Nullable Residency residency() {
        return activeEntityLimit == Integer.MAX_VALUE ? null : new Residency(activeEntityLimit);
    }

    MemoryPressure memoryPressure() {
        return new MemoryPressure(heapShare, passivationHeapShare);
    }

    Supervision supervision() {
        return supervision;
    }

    Consumer<? super Escalation> escalations() {
        return escalations;
    }

    @Nullable MeterRegistry metrics() {
        return metrics;
    }

    @Nullable Tracing tracing() {
        return openTelemetry == null ? null : new Tracing(openTelemetry, clock);
    }

    @Nullable Compactor compactor() {
        return compactor;
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
