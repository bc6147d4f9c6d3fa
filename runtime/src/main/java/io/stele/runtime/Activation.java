package io.stele.runtime;

import io.opentelemetry.context.Scope;
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
import java.nio.ByteBuffer;
import java.util.List;
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
 * <p>Order is the whole point: nothing is applied before it is appended, nothing leaves before it is durable. What leaves, and when, is
 * in {@link Outbox}; commands that wait for a stage are in {@link Suspension}; what is said to those in vain is in {@link Refusals}.
 * Every failure ends up in {@link #failed}. Confined to the turns of its entity.
 *
 * @param <E> events
 * @param <S> state
 */
final class Activation<E, S> implements ActorContext {
    private static final Logger LOG = LoggerFactory.getLogger(Activation.class);

    /** Why it is about to end. */
    enum End {
        NONE,
        /** It has nothing more to do here; messages that wait go to a successor. */
        LEAVE,
        /** It has failed, and {@link Failures} knows what that leads to. */
        FAILURE
    }

    private final Entity<E, S> entity;
    private final EntityType<E, S> type;
    private final ActorSystem system;
    private final EventJournal journal;
    private final EventStream stream;
    private final PayloadCodec codec;
    private final Outbox outbox;
    private final Suspension suspension;
    private final Deduplication<E, S> deduplication;
    private final SnapshotTrigger<E, S> snapshots;
    private final StateHashes hashes;
    private final ActorTimers timers;
    private S state;
    private long turnMs;
    private long turnNs;
    private End end = End.NONE;

    /** Goes on where recovery has come to; {@link Revival} makes sure of that. */
    Activation(Entity<E, S> entity, EventStream stream, Restored<E, S> restored) {
        this.entity = entity;
        this.type = entity.type;
        this.system = entity.system;
        this.journal = system.journal();
        this.stream = stream;
        this.state = restored.state();
        this.codec = restored.codec();
        this.outbox = new Outbox(journal, stream);
        this.suspension = new Suspension(entity);
        this.deduplication = new Deduplication<>(type, codec, restored);
        this.snapshots = new SnapshotTrigger<>(entity, restored.progress());
        this.hashes = new StateHashes(entity, codec);
        this.timers = new ActorTimers(
                system.durableTimers(), entity.persistenceId, codec, restored.timers(), stream.lastPosition());
    }

    void beginTurn() {
        turnMs = system.clock().epochMs();
        turnNs = system.clock().nanoTime();
        JournalException failure = outbox.release();
        if (failure != null) {
            outbox.failAll(Refusals.unknown(persistenceId(), failure));
            failed(failure, false);
        }
        resume();
        snapshots.onTurn(this, state);
        hashes.onTurn(this);
    }

    /** Handles one message: an ask, or a command that nobody waits for. */
    void handle(Object message) {
        if (codec.isForgotten()) {
            entity.refuse(message, new ActorForgottenException(ActorForgottenException.of(persistenceId())));
            end = End.LEAVE;
            return;
        }
        if (Ask.isOverdue(message)) {
            return;
        }
        if (message == TimerFiring.Wake.INSTANCE) {
            timers.fire(this);
            return;
        }
        if (message instanceof TimerFiring firing && !timers.isCurrent(firing)) {
            return;
        }
        Command<?> command = (Command<?>) Ask.unwrap(message);
        Effect<E, S, ?> effect;
        try {
            if (deduplication.answer(this, command, message)) {
                if (type.meters != null) {
                    type.meters.duplicates.increment();
                }
                timers.onKnown(this, message);
                return;
            }
            effect = type.actor.onCommand(state, command, this);
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError | LinkageError | AssertionError e) {
            handlerThrew(message, command, e);
            return;
        }
        if (effect == null) {
            entity.refuse(message, Refusals.unhandled(persistenceId(), command));
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
                if (message instanceof TimerFiring && !append(effect, message, command)) {
                    return;
                }
                if (type.meters != null) {
                    type.meters.commandsRejected.increment();
                }
                answer(message, new Ask.Refusal(new CommandRejectedException(effect.rejection())), type.durability);
                follow(effect, type.durability);
            }
            case STASH -> putBack(effect, message, command);
            case ASYNC -> {
                suspension.begin(Tracing.carried(system.tracing(), message), effect.stage());
            }
        }
    }

    private void persist(Effect<E, S, ?> effect, Object message, Command<?> command) {
        if ((!effect.events.isEmpty() || ActorTimers.concerns(effect, message)) && !append(effect, message, command)) {
            return;
        }
        if (!effect.events.isEmpty() && !apply(effect.events, message)) {
            return;
        }
        Object reply;
        try {
            reply = effect.reply.apply(state);
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError | LinkageError | AssertionError e) {
            LOG.error("reply could not be worked out, its events are stored: persistenceId={}", persistenceId(), e);
            reply = new Ask.Refusal(Refusals.replyThrew(persistenceId(), sequenceNumber(), e));
            failed(e, true);
        }
        if (!effect.events.isEmpty() && !(reply instanceof Ask.Refusal)) {
            deduplication.remember(this, GivenIdCommand.idOf(message, command), reply);
            snapshots.onTurn(this, state);
        }
        Durability tier = effect.durabilityOr(type.durability);
        Recipient forced = effect.events.isEmpty() || tier == Durability.PROCESS_CRASH
                ? null
                : Tracing.force(system.tracing(), stream);
        if (forced != null) {
            outbox.park(forced, null, tier);
        }
        answer(message, reply, tier);
        follow(effect, tier);
    }

    /** First the journal. If that fails, the state is as it was, and what is stored shows at recovery. */
    private boolean append(Effect<E, S, ?> effect, Object message, Command<?> command) {
        try {
            boolean timed = ActorTimers.concerns(effect, message);
            ByteBuffer changes = timed ? timers.prepare(effect, message, turnMs) : null;
            snapshots
                    .progress()
                    .onAppended(system.persistence()
                            .append(
                                    codec,
                                    stream,
                                    turnMs,
                                    effect.events,
                                    GivenIdCommand.idOf(message, command),
                                    changes));
            if (timed) {
                timers.onAppended(message, stream.lastPosition());
            }
            return true;
        } catch (ForgottenException e) {
            entity.refuse(message, new ActorForgottenException(e));
            end = End.LEAVE;
        } catch (PayloadCodecException e) {
            entity.refuse(message, Refusals.notEncoded(persistenceId(), e));
        } catch (JournalFullException e) {
            entity.refuse(message, Refusals.journalFull(persistenceId(), e));
        } catch (SequenceConflictException e) {
            entity.refuse(message, Refusals.conflict(persistenceId(), e));
            failed(e, false);
        } catch (JournalException | StackOverflowError | OutOfMemoryError e) {
            entity.refuse(message, Refusals.unknown(persistenceId(), e));
            failed(e, false);
        }
        return false;
    }

    /** Then the state. A handler that throws has left an event that no recovery can apply: the actor goes out of service. */
    private boolean apply(List<E> events, Object message) {
        S next = state;
        int applied = 0;
        try {
            snapshots.progress().beforeApply();
            for (; applied < events.size(); applied++) {
                next = type.actor.onEvent(next, events.get(applied));
            }
            snapshots.progress().afterApply(events.size());
        } catch (OutOfMemoryError e) {
            entity.refuse(message, Refusals.notApplied(persistenceId(), sequenceNumber(), e));
            failed(e, false);
            return false;
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
        entity.refuse(message, Refusals.eventHandlerThrew(persistenceId(), poison, cause));
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
        end = End.LEAVE;
    }

    /** Lets a reply wait for everything that the state includes, or go at once where that is enough. */
    void answer(Object message, @Nullable Object reply, Durability tier) {
        if (message instanceof Ask<?> ask) {
            outbox.park(ask, reply, tier);
        }
    }

    private void follow(Effect<E, S, ?> effect, Durability tier) {
        S after = state;
        List<? extends Consumer<? super S>> actions = effect.afterwards();
        for (int i = 0; i < actions.size(); i++) { // without an iterator for each command
            Consumer<? super S> action = actions.get(i);
            outbox.park(new SideEffect<S>(persistenceId(), action), after, tier);
        }
        if (effect.unstashes()) {
            entity.unstashAll();
        }
        if (effect.stops() && end == End.NONE) {
            end = End.LEAVE;
        }
    }

    private void putBack(Effect<E, S, ?> effect, Object message, Command<?> command) {
        if (!entity.stash(Tracing.carried(system.tracing(), message), type.stashCapacity)) {
            entity.refuse(message, Refusals.stashFull(persistenceId(), type.stashCapacity, command));
        }
        follow(effect, type.durability);
    }

    @SuppressWarnings("try")
    private void resume() {
        Suspension.Outcome outcome = suspension.outcome();
        Object message = outcome == null ? null : suspension.end();
        if (outcome == null || message == null) {
            return;
        }
        if (message instanceof Envelope envelope) {
            try (Scope trace = Tracing.resume(envelope)) {
                resume(outcome, envelope.message);
            }
        } else {
            resume(outcome, message);
        }
    }

    @SuppressWarnings("unchecked")
    private void resume(Suspension.Outcome outcome, Object message) {
        Command<?> command = (Command<?>) Ask.unwrap(message);
        if (outcome.effect() != null) {
            carryOut((Effect<E, S, ?>) outcome.effect(), message, command);
        } else {
            entity.refuse(message, Refusals.asyncFailed(persistenceId(), command, outcome.reason()));
        }
    }

    /** Nothing was stored, so the message may be handled again. */
    private void handlerThrew(Object message, Command<?> command, Throwable cause) {
        LOG.warn(
                "command handler threw, nothing was stored: persistenceId={}, command={}",
                persistenceId(),
                command.getClass().getName(),
                cause);
        failed(cause, true);
        Failures failures = entity.failures();
        if (failures.retries(type.supervision, message)) {
            entity.putFirst(Tracing.carried(system.tracing(), message));
            return;
        }
        String aftermath = "";
        if (type.supervision.parks()) {
            long number = system.parked()
                    .add(persistenceId().encoded(), command, cause, turnMs, parked -> self().tell((Command<?>) parked));
            aftermath = "; the message was parked: number=" + number;
        }
        entity.refuse(message, Refusals.handlerThrew(persistenceId(), command, cause, aftermath));
    }

    /**
     * The one place where a failure of this actor ends up. Its {@link Supervision} decides what becomes of it.
     *
     * @param mayResume false if what it knows may not be what is stored
     */
    private void failed(Throwable cause, boolean mayResume) {
        if (end == End.FAILURE) {
            return;
        }
        Tracing.failed(cause);
        if (type.meters != null) {
            type.meters.failures.increment();
        }
        Directive directive = entity.failures().decide(type.supervision, cause, mayResume, turnNs, system.random());
        if (directive != Directive.RESUME) {
            end = End.FAILURE;
        }
    }

    void endTurn() {
        outbox.endTurn();
    }

    /** Gives everything back. Whoever still waits learns {@code failure}. */
    void close(@Nullable ActorException failure) {
        ActorException cause = failure == null ? Refusals.leftMemory(persistenceId()) : failure;
        outbox.failAll(cause);
        Object message = suspension.end();
        if (message != null) {
            entity.refuse(message, cause);
        }
        stream.close();
    }

    boolean takesCommands() {
        return end == End.NONE && !suspension.isUnderWay() && outbox.hasRoom();
    }

    /** Returns whether somebody waits for the disk. */
    boolean isWaiting() {
        return !outbox.isEmpty();
    }

    boolean hasWork() {
        return suspension.outcome() != null
                || snapshots.hasWork()
                || hashes.hasWork()
                || outbox.hasWork()
                || isFinished();
    }

    /** Returns whether nothing is under way. */
    boolean isIdle() {
        return outbox.isEmpty() && !suspension.isUnderWay() && snapshots.isIdle() && !hashes.isUnderWay();
    }

    boolean isFinished() {
        return end != End.NONE && isIdle();
    }

    /** Returns whether it ends because it has failed. */
    boolean hasFailed() {
        return end == End.FAILURE;
    }

    S state() {
        return state;
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
        outbox.park(snapshot, null, Durability.POWER_LOSS);
    }

    /** Stores that a timer is gone whose command was carried out before under its id. */
    void appendGone(TimerFiring firing) {
        append(new Effect<>(Effect.Kind.EVENTS, List.of()), firing, firing.command);
    }

    ActorTimers timers() {
        return timers;
    }

    Deduplication<E, S> deduplication() {
        return deduplication;
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

    @Override
    public void watch(ActorRef<?> other, Command<?> notice) {
        system.watch(other, new EntityWatcher(new LocalEntityRef(system, type, persistenceId()), notice));
    }

    @Override
    public void unwatch(ActorRef<?> other, Command<?> notice) {
        system.unwatch(other, new EntityWatcher(new LocalEntityRef(system, type, persistenceId()), notice));
    }
}
