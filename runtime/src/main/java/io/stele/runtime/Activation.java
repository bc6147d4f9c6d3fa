package io.stele.runtime;

import io.stele.recovery.RecoveryReport;
import io.stele.spi.Durability;
import io.stele.spi.EventJournal;
import io.stele.spi.EventStream;
import io.stele.spi.ForgottenException;
import io.stele.spi.JournalException;
import io.stele.spi.JournalFullException;
import io.stele.spi.PayloadCodec;
import io.stele.spi.PayloadCodecException;
import io.stele.spi.PersistenceId;
import io.stele.spi.SequenceConflictException;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The living part of one actor: its state, its place in the journal, and who waits for what.
 *
 * <pre>
 *   handle ──&gt; decide ──&gt; append ──&gt; apply ──&gt; answer ──&gt; gate ──&gt; release
 *              handler     journal    handler    from new    waits for the lane's
 *              only        or fail    fold       state       durable position
 * </pre>
 *
 * <p>Order is the whole point: nothing is applied before it is appended, nothing leaves before it is durable. Confined to the
 * turns of its entity; {@code onAsync} alone may come from elsewhere.
 *
 * @param <E> events
 * @param <S> state
 */
final class Activation<E, S> implements ActorContext {
    private static final Logger LOG = LoggerFactory.getLogger(Activation.class);
    private static final int GATE_CAPACITY = 1 << 14;
    /** The most that one command may park: its reply and its side effects. */
    private static final int GATE_RESERVE = 256;

    private final Entity<E, S> entity;
    private final EntityType<E, S> type;
    private final ActorSystem system;
    private final EventJournal journal;
    private final EventStream stream;
    private final PayloadCodec codec;
    private final ReplyGate gate = new ReplyGate(GATE_CAPACITY);
    private final Deduplication<E, S> deduplication;
    private final SnapshotTrigger<E, S> snapshots;
    private final StateHashes hashes;
    private S state;
    private long turnMs;
    private long turnNs;
    private boolean syncWanted;
    private boolean ending;
    private @Nullable Object suspended;
    private volatile @Nullable Resumption resumption;

    /** What an async effect came to. */
    private record Resumption(
            @Nullable Effect<?, ?, ?> effect, @Nullable Throwable failure) {}

    private Activation(Entity<E, S> entity, EventStream stream, Restored<E, S> restored) {
        this.entity = entity;
        this.type = entity.type;
        this.system = entity.system;
        this.journal = system.journal();
        this.stream = stream;
        this.state = restored.state();
        codec = restored.codec();
        this.deduplication = new Deduplication<>(type, codec, restored);
        this.snapshots = new SnapshotTrigger<>(entity, restored.progress());
        this.hashes = new StateHashes(entity, codec);
    }

    /**
     * Brings the actor back from snapshot and journal.
     *
     * @param waitNs how long it has waited for that
     * @throws io.stele.recovery.RecoveryException if its history cannot be replayed
     * @throws JournalException if it cannot be read
     */
    static <E, S> Activation<E, S> recover(Entity<E, S> entity, long waitNs) {
        long startNs = entity.system.clock().nanoTime();
        PayloadCodec codec = entity.system.codec().forActor(entity.persistenceId);
        if (codec.isForgotten()) {
            throw ActorForgottenException.of(entity.persistenceId);
        }
        Restored<E, S> restored = new Restored<>(entity.type, codec, entity.system.clock());
        EventStream stream = entity.system.journal().open(entity.persistenceId);
        long findNs = entity.system.clock().nanoTime() - startNs;
        boolean opened = false;
        try {
            RecoveryReport report = entity.system.recover(entity.persistenceId, restored);
            restored.progress().onRecovered(report);
            if (restored.sequenceNumber() != stream.lastSequenceNumber()) {
                throw new JournalException("history does not end where the journal says: persistenceId="
                        + entity.persistenceId + ", replayedTo=" + restored.sequenceNumber() + ", lastSequenceNumber="
                        + stream.lastSequenceNumber() + "; nothing was changed on disk; run: stele verify");
            }
            opened = true;
            entity.system.recoveries().onRecovered(report.with(waitNs, findNs));
        } finally {
            if (!opened) {
                stream.close();
            }
        }
        return new Activation<>(entity, stream, restored);
    }

    void beginTurn() {
        turnMs = system.clock().epochMs();
        turnNs = system.clock().nanoTime();
        release();
        resume();
        snapshots.onTurn(this, state);
        hashes.onTurn(this);
    }

    /** Handles one message: an ask, or a command that nobody waits for. */
    void handle(Object message) {
        if (codec.isForgotten()) {
            entity.refuse(message, new ActorForgottenException(ActorForgottenException.of(persistenceId())));
            ending = true;
            return;
        }
        Command<?> command = (Command<?>) Ask.unwrap(message);
        if (deduplication.answer(this, command, message)) {
            return;
        }
        Effect<E, S, ?> effect;
        try {
            effect = type.actor.onCommand(state, command, this);
        } catch (RuntimeException | StackOverflowError e) {
            restart(message, command, e);
            return;
        }
        if (effect == null) {
            entity.refuse(
                    message,
                    new UnhandledCommandException(
                            "actor has no handler for the command: persistenceId=" + persistenceId() + ", command="
                                    + command.getClass().getName(),
                            null));
            return;
        }
        carryOut(effect, message, command);
    }

    /** Decides again what a command led to before a crash, without storing anything: see {@link Deduplication}. */
    @Nullable Effect<E, S, ?> decideAgain(S before, Command<?> command) {
        return type.actor.onCommand(before, command, this);
    }

    private void carryOut(Effect<E, S, ?> effect, Object message, Command<?> command) {
        switch (effect.kind) {
            case EVENTS -> persist(effect, message, command);
            case REJECT -> {
                assert effect.rejection != null : "a rejection has a reason";
                answer(message, new Ask.Refusal(new CommandRejectedException(effect.rejection)), type.durability);
                follow(effect, type.durability);
            }
            case STASH -> putBack(effect, message, command);
            case ASYNC -> suspend(effect, message);
        }
    }

    private void persist(Effect<E, S, ?> effect, Object message, Command<?> command) {
        if (!effect.events.isEmpty() && !append(effect.events, message, command)) {
            return;
        }
        if (!effect.events.isEmpty() && !apply(effect.events, message)) {
            return;
        }
        Object reply;
        try {
            reply = effect.reply.apply(state);
        } catch (RuntimeException | StackOverflowError e) {
            LOG.error("reply could not be worked out, its events are stored: persistenceId={}", persistenceId(), e);
            reply = new Ask.Refusal(new EventHandlerException(
                    "events are stored, but the reply could not be worked out: persistenceId=" + persistenceId()
                            + ", sequenceNumber=" + sequenceNumber() + ", reason=" + e,
                    e));
            ending = true;
        }
        if (!effect.events.isEmpty() && !(reply instanceof Ask.Refusal)) {
            deduplication.remember(this, command, reply);
            snapshots.onTurn(this, state);
        }
        Durability tier = effect.durability == null ? type.durability : effect.durability;
        answer(message, reply, tier);
        follow(effect, tier);
    }

    /** First the journal. If that fails, the state is as it was. */
    private boolean append(List<E> events, Object message, Command<?> command) {
        try {
            snapshots.progress().onAppended(system.append(codec, stream, turnMs, events, command.commandId()));
            return true;
        } catch (ForgottenException e) {
            entity.refuse(message, new ActorForgottenException(e));
            ending = true;
        } catch (PayloadCodecException e) {
            entity.refuse(
                    message,
                    new ActorFailedException(
                            "event cannot be encoded, nothing was stored: persistenceId=" + persistenceId()
                                    + ", reason=" + e.getMessage(),
                            e));
        } catch (JournalFullException e) {
            entity.refuse(
                    message,
                    new JournalUnavailableException(
                            "event was not stored: persistenceId=" + persistenceId() + ", reason=" + e.getMessage(),
                            e));
        } catch (SequenceConflictException e) {
            entity.refuse(
                    message,
                    new ActorFailedException(
                            "event was not stored: persistenceId=" + persistenceId() + ", reason=" + e.getMessage(),
                            e));
            ending = true;
        } catch (JournalException e) {
            entity.refuse(message, unknown(e));
            ending = journal.failure(lane()) != null;
        }
        return false;
    }

    /** Then the state. A handler that throws has left an event that no recovery can apply: the actor goes out of service. */
    private boolean apply(List<E> events, Object message) {
        S next = state;
        int applied = 0;
        try {
            snapshots.progress().beforeApply();
            for (E event : events) {
                next = type.actor.onEvent(next, event);
                applied++;
            }
            snapshots.progress().afterApply(events.size());
        } catch (RuntimeException | StackOverflowError | LinkageError | AssertionError e) {
            quarantine(events, applied, message, e);
            return false;
        }
        state = next;
        snapshots.onEvents(this, state, events.get(events.size() - 1));
        hashes.onEvents(sequenceNumber(), events.size(), state);
        return true;
    }

    /** What is stored cannot be applied: the sender is told so, and everybody after it by {@link Quarantine}. */
    private void quarantine(List<E> events, int applied, Object message, Throwable cause) {
        long poison = sequenceNumber() - events.size() + applied + 1;
        LOG.error(
                "event handler threw, the event is stored: persistenceId={}, sequenceNumber={}",
                persistenceId(),
                poison,
                cause);
        entity.refuse(
                message,
                new EventHandlerException(
                        "event is stored, but its handler threw: persistenceId=" + persistenceId()
                                + ", sequenceNumber=" + poison + ", reason=" + cause
                                + "; the actor stays out of service until its handler can apply the event",
                        cause));
        system.quarantine()
                .add(new Quarantined(
                        persistenceId(),
                        poison,
                        stream.lastPosition(),
                        turnMs,
                        system.codec().typeOf(events.get(applied)),
                        cause.toString(),
                        turnMs,
                        journal.epoch()));
        ending = true;
    }

    /** Lets a reply wait for everything that the state includes, or go at once where that is enough. */
    void answer(Object message, @Nullable Object reply, Durability tier) {
        if (message instanceof Ask<?> ask) {
            park(ask, reply, tier);
        }
    }

    private void park(Recipient recipient, @Nullable Object message, Durability tier) {
        boolean durable = gate.isEmpty() && stream.lastPosition() <= journal.durablePosition(lane());
        if (durable || tier == Durability.PROCESS_CRASH) {
            recipient.deliver(message);
            return;
        }
        gate.park(stream.lastPosition(), recipient, message);
        syncWanted = true;
    }

    private void follow(Effect<E, S, ?> effect, Durability tier) {
        S after = state;
        for (Consumer<? super S> action : effect.afterwards) {
            park(new SideEffect<S>(persistenceId(), action), after, tier);
        }
        if (effect.unstashes) {
            entity.unstashAll();
        }
        ending |= effect.stops;
    }

    private void putBack(Effect<E, S, ?> effect, Object message, Command<?> command) {
        if (!entity.stash(message)) {
            entity.refuse(
                    message,
                    new StashFullException(
                            "actor has put back as many commands as it may: persistenceId=" + persistenceId()
                                    + ", stashCapacity=" + type.stashCapacity + ", command="
                                    + command.getClass().getSimpleName(),
                            null));
        }
        follow(effect, type.durability);
    }

    private void suspend(Effect<E, S, ?> effect, Object message) {
        suspended = message;
        CompletionStage<? extends Effect<E, S, ?>> stage = effect.stage;
        assert stage != null : "an async effect has a stage";
        var unused = stage.whenComplete(this::onAsync);
    }

    /** An async effect is known. Any thread. */
    private void onAsync(@Nullable Effect<?, ?, ?> effect, @Nullable Throwable failure) {
        resumption = new Resumption(effect, failure);
        entity.wake();
    }

    @SuppressWarnings("unchecked")
    private void resume() {
        Resumption resumed = resumption;
        Object message = suspended;
        if (resumed == null || message == null) {
            return;
        }
        resumption = null;
        suspended = null;
        Command<?> command = (Command<?>) Ask.unwrap(message);
        if (resumed.effect != null) {
            carryOut((Effect<E, S, ?>) resumed.effect, message, command);
            return;
        }
        Throwable failure = resumed.failure instanceof CompletionException wrapped && wrapped.getCause() != null
                ? wrapped.getCause()
                : resumed.failure;
        entity.refuse(
                message,
                failure instanceof TimeoutException
                        ? new AskTimeoutException(
                                "async effect took too long: persistenceId=" + persistenceId() + ", command="
                                        + command.getClass().getSimpleName(),
                                failure)
                        : new ActorFailedException(
                                "async effect failed, nothing was stored: persistenceId=" + persistenceId()
                                        + ", command=" + command.getClass().getSimpleName() + ", reason=" + failure,
                                failure));
    }

    /** A handler that throws may have left a mutable state half changed, so the state is dropped and recovered. */
    private void restart(Object message, Command<?> command, Throwable cause) {
        LOG.warn(
                "command handler threw, nothing was stored: persistenceId={}, command={}",
                persistenceId(),
                command.getClass().getName(),
                cause);
        entity.refuse(
                message,
                new ActorFailedException(
                        "command handler threw, nothing was stored: persistenceId=" + persistenceId() + ", command="
                                + command.getClass().getSimpleName() + ", reason=" + cause,
                        cause));
        ending = true;
    }

    /** Hands out everything that has become durable; if the lane has failed, says so to the rest. */
    private void release() {
        if (gate.isEmpty()) {
            return;
        }
        gate.release(journal.durablePosition(lane()));
        JournalException failure = journal.failure(lane());
        if (failure != null && !gate.isEmpty()) {
            gate.failAll(unknown(failure));
            ending = true;
        }
    }

    void endTurn() {
        if (syncWanted) {
            syncWanted = false;
            journal.requestSync(lane());
        }
    }

    /** Gives everything back. Whoever still waits learns {@code failure}. */
    void close(@Nullable ActorException failure) {
        ActorException cause = failure == null
                ? new ActorFailedException("actor left memory: persistenceId=" + persistenceId(), null)
                : failure;
        gate.failAll(cause);
        Object message = suspended;
        if (message != null) {
            suspended = null;
            entity.refuse(message, cause);
        }
        stream.close();
    }

    boolean takesCommands() {
        return !ending && suspended == null && gate.hasRoom(GATE_RESERVE);
    }

    /** Returns whether somebody waits for the disk. */
    boolean isWaiting() {
        return !gate.isEmpty();
    }

    boolean hasWork() {
        return (resumption != null && suspended != null)
                || snapshots.hasWork()
                || hashes.hasWork()
                || gate.headPosition() <= journal.durablePosition(lane())
                || (!gate.isEmpty() && journal.failure(lane()) != null)
                || isFinished();
    }

    /** Returns whether nothing is under way. */
    boolean isIdle() {
        return gate.isEmpty() && suspended == null && snapshots.isIdle() && !hashes.isUnderWay();
    }

    boolean isFinished() {
        return ending && isIdle();
    }

    int lane() {
        return stream.lane();
    }

    long nowNs() {
        return turnNs;
    }

    EventStream stream() {
        return stream;
    }

    /** Waits for the disk whatever the tier: a snapshot must never be ahead of the journal. */
    void parkSnapshot(Recipient snapshot) {
        park(snapshot, null, Durability.POWER_LOSS);
    }

    Deduplication<E, S> deduplication() {
        return deduplication;
    }

    private OutcomeUnknownException unknown(JournalException cause) {
        return new OutcomeUnknownException(
                "journal failed, whether the event is stored shows after the next start: persistenceId="
                        + persistenceId() + ", reason=" + cause.getMessage(),
                cause);
    }

    @Override
    public PersistenceId persistenceId() {
        return entity.persistenceId;
    }

    @Override
    public String entityId() {
        return entity.persistenceId.entityId();
    }

    @Override
    public long sequenceNumber() {
        return stream.lastSequenceNumber();
    }

    @Override
    public long nowMs() {
        return turnMs;
    }

    @Override
    public EntityRef self() {
        return system.ref(type, entity.persistenceId);
    }

    @Override
    public ActorSystem system() {
        return system;
    }
}
