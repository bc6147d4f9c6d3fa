package io.stele.runtime;

import io.stele.recovery.Upcasters;
import io.stele.spi.Durability;
import io.stele.spi.PersistenceId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a kind of actor does with commands, and what its events make of its state. One instance serves all actors of the kind, so
 * it has no mutable fields; what an actor knows is in its state.
 *
 * <pre>
 *   command ──&gt; command handler ──Effect──&gt; journal ──&gt; event handler ──&gt; state ──&gt; reply, once durable
 *                                            │
 *                             after a crash  └──&gt; event handler ──&gt; state, and nothing else
 * </pre>
 *
 * <p>Handlers are given in one of two ways: one by one in {@link #commands} and {@link #events}, or by overriding
 * {@link #onCommand} and {@link #onEvent}, which reads well with a pattern {@code switch} (Java 21).
 *
 * <h2>Threads</h2>
 * Handlers of one actor run one at a time; those of different actors at the same time.
 *
 * <h2>Failure</h2>
 * A command handler that throws stores nothing: its command fails and {@link #supervision()} says what becomes of the actor, which by
 * default is recovered from the journal before it takes the next. An event handler that throws takes its actor out of service.
 *
 * <h2>Life</h2>
 * <pre>
 *   preStart ──&gt; (recovery) ──&gt; afterRecovery ──&gt; commands ──&gt; beforePassivate | beforeShutdown ──&gt; postStop
 *                    ^                               │ fails                                          ^
 *                    │                               ├── stop, escalate ──────────────────────────────┘
 *                    └──── backoff &lt;── preRestart &lt;──┘ restart;  afterRestart follows afterRecovery
 * </pre>
 *
 * <p>Hooks of one actor run like its handlers, one at a time and never at the same time as one; {@link #preStart} on a thread of the
 * recovery, the others on a worker. A hook of the way in that throws keeps the actor from starting: whoever waits is told so, and
 * the next message tries again. What a hook of the way out throws is logged and changes nothing.
 *
 * @param <E> events: best a sealed interface of records
 * @param <S> state: an immutable value, best a record
 */
public abstract class PersistentActor<E, S> {
    private final String entityType;
    private final CommandHandlers<E, S> commandHandlers = new CommandHandlers<>();
    private final EventHandlers<E, S> eventHandlers = new EventHandlers<>();
    private final Upcasters upcasters = new Upcasters();

    /**
     * Names the kind of actor.
     *
     * @param entityType stored with every event, so never to be changed; see {@link PersistenceId}
     * @throws IllegalArgumentException if the name is not acceptable
     */
    protected PersistentActor(String entityType) {
        this.entityType = new PersistenceId(entityType, "0").entityType();
    }

    /** Returns the name given at construction. */
    public final String entityType() {
        return entityType;
    }

    /** Returns the state before the first event. */
    protected abstract S initialState();

    /** Says which handler takes which command. Called once, before the first command. */
    protected void commands(CommandHandlers<E, S> on) {}

    /** Says how each event changes the state. Called once, before the first event. */
    protected void events(EventHandlers<E, S> on) {}

    /**
     * Decides what follows from a command. Changes nothing itself.
     *
     * @return null if the actor does not know the command
     */
    protected @Nullable Effect<E, S, ?> onCommand(S state, Command<?> command, ActorContext context) {
        CommandHandlers.Handler<E, S, Command<?>, ?> handler = commandHandlers.find(command.getClass());
        return handler == null ? null : handler.handle(state, command, context);
    }

    /**
     * Applies an event that has been stored, live or at recovery. Gives the same answer every time.
     *
     * @return the state after it
     */
    protected S onEvent(S state, E event) {
        BiFunction<S, E, S> handler = eventHandlers.find(event.getClass());
        if (handler == null) {
            throw new IllegalStateException("actor has no handler for its own event: entityType=" + entityType
                    + ", event=" + event.getClass().getName());
        }
        return handler.apply(state, event);
    }

    /**
     * Says what stored events and snapshots of earlier programs mean today, where the codec's own rules do not do: see
     * {@link Upcasters}. Called once, before the first recovery.
     */
    protected void upcasters(Upcasters on) {}

    /**
     * Lists the classes that are stored (events, state, replies of commands with an id) beyond those that Stele finds by itself: the
     * type arguments of this class, sealed types with all they permit, and whatever {@link #commands} and {@link #events} name.
     */
    protected List<Class<?>> storedTypes() {
        return List.of();
    }

    /** Returns what its replies survive, unless an effect says otherwise. Default: {@link Durability#POWER_LOSS}. */
    protected Durability durability() {
        return Durability.POWER_LOSS;
    }

    /** Returns after how many events a snapshot is taken; 0 for never. The short form of {@link #snapshotPolicy}. Default: 100. */
    protected int snapshotEvery() {
        return 100;
    }

    /** Returns when a snapshot is taken. Called once. Default: as {@link #snapshotEvery} says. */
    protected SnapshotPolicy snapshotPolicy() {
        return snapshotEvery() == 0 ? SnapshotPolicy.never() : SnapshotPolicy.every(snapshotEvery());
    }

    /** Returns how many snapshots are kept, at least 1. Default: 2. */
    protected int snapshotsKept() {
        return 2;
    }

    /**
     * Returns whether a snapshot may be used although the class of its state has changed since, as far as the codec's rules can
     * read it: what a component that is new should be, they do not know. If not, such an actor recovers from its events once, or
     * by those rules where its events were compacted. Default: false.
     */
    protected boolean usesEvolvedSnapshots() {
        return false;
    }

    /**
     * Returns after how many events the hash of the state is kept in the journal, so that a recovery, or {@code stele replay
     * --check}, notices when handlers no longer make of the events what they once did; 0 for never. Each costs a record of some 100
     * bytes, and encoding the state once, on the thread that saves snapshots. Default: 1,000.
     */
    protected int stateHashEvery() {
        return 1_000;
    }

    /**
     * Returns what a recovery does that comes to another state than the one in the journal. Handlers that are changed on purpose
     * are no mistake: raise the version of the state's type with them, so that hashes and snapshots of before no longer count.
     * Default: {@link StateHashCheck#REFUSE}.
     */
    protected StateHashCheck stateHashCheck() {
        return StateHashCheck.REFUSE;
    }

    /**
     * Returns what becomes of an actor that fails. Called once. A failure of the journal restarts or stops it, whatever is said here
     * of resuming. Default: {@link Supervision#restart()}.
     */
    protected Supervision supervision() {
        return Supervision.restart();
    }

    /** Called when a life begins, before the state is known; not at a restart. */
    protected void preStart(PersistenceId persistenceId) {}

    /** Called when the state is back, before the first command, at restarts as well. */
    protected void afterRecovery(S state, ActorContext context) {}

    /**
     * Called when the actor is to restart, while it still has the state that it failed in.
     *
     * @param cause what was thrown
     */
    protected void preRestart(S state, Throwable cause, ActorContext context) {}

    /**
     * Called after a restart, behind {@link #afterRecovery}.
     *
     * @param cause what was thrown before it
     */
    protected void afterRestart(S state, Throwable cause, ActorContext context) {}

    /** Called before the actor leaves memory because it was not needed. All its replies have left. */
    protected void beforePassivate(S state, ActorContext context) {}

    /** Called before the actor leaves memory because the system closes. All that it had accepted is answered. */
    protected void beforeShutdown(S state, ActorContext context) {}

    /** Called when a life ends, for whatever reason: once for every {@link #preStart} that has returned. */
    protected void postStop(PersistenceId persistenceId) {}

    /** Returns how long an idle actor stays in memory. Default: two minutes. */
    protected Duration passivateAfter() {
        return Duration.ofMinutes(2);
    }

    /** Returns how many messages may wait for one actor, 2 to 1,048,576. Default: 1,000. */
    protected int mailboxCapacity() {
        return 1_000;
    }

    /**
     * Returns on which threads the actors run, what happens when their mailboxes are full, and when they are spared. Called once.
     * Default: the system's workers, and a mailbox of {@link #mailboxCapacity()} that rejects one more.
     */
    protected ActorOptions options() {
        return ActorOptions.standard().withMailbox(MailboxOptions.standard().withCapacity(mailboxCapacity()));
    }

    /** Returns how many commands one actor may put back, at least 0. Default: 1,000. */
    protected int stashCapacity() {
        return 1_000;
    }

    /** Returns how many command ids, the newest, an actor remembers, at least 0. Default: 1,000. */
    protected int deduplicationWindow() {
        return 1_000;
    }

    /** Stores one event. Replies {@link Done} unless told otherwise. */
    protected final Effect<E, S, Done> persist(E event) {
        return new Effect<>(Effect.Kind.EVENTS, List.of(event));
    }

    /** Stores several events: after a crash all of them are there, or none. */
    @SafeVarargs
    protected final Effect<E, S, Done> persist(E first, E... more) {
        List<E> events = new ArrayList<>(1 + more.length);
        events.add(first);
        for (E event : more) {
            events.add(event);
        }
        return persistAll(events);
    }

    /** Stores several events: after a crash all of them are there, or none. An empty list stores nothing. */
    protected final Effect<E, S, Done> persistAll(List<? extends E> events) {
        return new Effect<>(Effect.Kind.EVENTS, List.copyOf(events));
    }

    /** Stores nothing. Replies {@link Done} unless told otherwise. */
    protected final Effect<E, S, Done> none() {
        return new Effect<>(Effect.Kind.EVENTS, List.of());
    }

    /**
     * Stores nothing and replies. The reply waits until every event that the state includes is durable.
     *
     * @param <R> the reply
     */
    protected final <R> Effect<E, S, R> reply(R reply) {
        return none().thenReply(state -> reply);
    }

    /**
     * As {@link #reply(Object)}, for a handler that is one {@code switch}: {@code command} ties the reply's type to the
     * command's.
     *
     * @param <R> the reply
     */
    protected final <R> Effect<E, S, R> reply(Command<R> command, R reply) {
        return reply(reply);
    }

    /**
     * Stores nothing and fails the command with {@link CommandRejectedException}.
     *
     * @param reason why, best a record or enum of the application; {@link CommandRejectedException#reason()} gives it back
     * @param <R> the reply that the command would have had
     */
    protected final <R> Effect<E, S, R> reject(Object reason) {
        return Effect.rejecting(reason);
    }

    /** Stores nothing and takes the actor out of memory; the next message brings it back. */
    protected final Effect<E, S, Done> stop() {
        return none().thenStop();
    }

    /**
     * Puts the command back until {@link Effect#thenUnstashAll}. Beyond {@link #stashCapacity()} it fails with
     * {@link StashFullException}.
     *
     * @param <R> the reply that the command will have
     */
    protected final <R> Effect<E, S, R> stash() {
        return new Effect<>(Effect.Kind.STASH, List.of());
    }

    /**
     * Waits for {@code stage} to say what follows, while later commands of this actor wait. A stage that fails fails the command;
     * one that takes longer than {@code timeout} fails it with {@link AskTimeoutException}, and what it says later is ignored.
     *
     * @param <R> the reply
     */
    protected final <R> Effect<E, S, R> async(CompletionStage<? extends Effect<E, S, R>> stage, Duration timeout) {
        return Effect.awaiting(stage.<Effect<E, S, R>>thenApply(result -> result)
                .toCompletableFuture()
                .orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS));
    }

    /** Fills the tables. Called once per system. */
    final void define() {
        if (commandHandlers.types().isEmpty() && eventHandlers.types().isEmpty()) {
            commands(commandHandlers);
            events(eventHandlers);
        }
        if (upcasters.isEmpty()) {
            upcasters(upcasters);
        }
    }

    final CommandHandlers<E, S> commandHandlers() {
        return commandHandlers;
    }

    final EventHandlers<E, S> eventHandlers() {
        return eventHandlers;
    }

    final Upcasters upcasters() {
        return upcasters;
    }
}
