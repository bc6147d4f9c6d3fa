package io.stele.runtime;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One actor without a journal: its cell, its address and its context in one object.
 *
 * <pre>
 *   spawn ──&gt; first turn: make the actor ──&gt; messages ──&gt; stop wanted ──&gt; children stop ──&gt; CLOSED, parent is told
 *                                             │    ^
 *                                             └────┘ {@link #onFailure}, if the handler throws
 * </pre>
 *
 * <p>As with an {@link Entity}, a sender that finds it CLOSED after its offer drains the mailbox itself, under the monitor.
 *
 * @param <M> the messages it takes
 */
final class LocalActor<M> extends Cell implements ActorRef<M>, Context<M> {
    private static final Logger LOG = LoggerFactory.getLogger(LocalActor.class);

    final @Nullable LocalActor<?> parent;
    private final Supplier<? extends Actor<M>> recipe;
    private final @Nullable String name;
    /** Its number among the children of its parent, and its neighbours among the children of its parent; guarded by those {@link Children}. */
    int serial;

    @Nullable LocalActor<?> previous;

    @Nullable LocalActor<?> next;

    private volatile @Nullable Children children;
    private @Nullable Actor<M> actor;
    private volatile boolean stopWanted;

    private LocalActor(
            ActorSystem system,
            @Nullable LocalActor<?> parent,
            @Nullable String name,
            Supplier<? extends Actor<M>> recipe,
            Kind kind) {
        super(system, kind);
        this.parent = parent;
        this.name = name;
        this.recipe = recipe;
    }

    /** Returns the actor above all others of a system. */
    static LocalActor<Object> root(ActorSystem system) {
        return new LocalActor<>(system, null, "", () -> (message, context) -> {}, system.kind(ActorOptions.standard()));
    }

    /** Starts a child. Any thread. */
    <C> LocalActor<C> start(
            @Nullable String childName, ActorOptions options, Supplier<? extends Actor<C>> childRecipe) {
        LocalActor<C> child = new LocalActor<>(system, this, childName, childRecipe, system.kind(options));
        children().add(child);
        child.wake();
        if (status == CLOSED) {
            child.requestStop(); // came too late to be stopped with the others
        }
        return child;
    }

    private Children children() {
        Children existing = children;
        if (existing == null) {
            synchronized (this) {
                existing = children;
                if (existing == null) {
                    existing = new Children();
                    children = existing;
                }
            }
        }
        return existing;
    }

    /** Has the actor stop once the current message is handled. Any thread. */
    void requestStop() {
        stopWanted = true;
        wake();
    }

    boolean isClosed() {
        return status == CLOSED;
    }

    @Nullable String givenName() {
        return name;
    }

    @Override
    void turn() {
        if (actor == null && !stopWanted) {
            make();
        }
        handleMessages();
        if (stopWanted && stopChildren()) {
            close();
            return;
        }
        status = IDLE;
        if (stopWanted ? hasNoChildren() : !mailbox.isEmpty()) {
            wake();
        }
    }

    private void make() {
        try {
            actor = recipe.get();
        } catch (RuntimeException | StackOverflowError | LinkageError | AssertionError e) {
            LOG.error("actor could not be made, so it stops: actor={}", path(), e);
            stopWanted = true;
        }
    }

    private void handleMessages() {
        int tick = system.tick();
        for (int handled = 0; handled < MESSAGES_PER_TURN; handled++) {
            Actor<M> running = actor;
            Object message = running == null || stopWanted ? null : mailbox.poll();
            if (running == null || message == null) {
                return;
            }
            handle(running, message);
            if (system.tick() - tick >= TICKS_PER_TURN) {
                return;
            }
        }
    }

    private void handle(Actor<M> running, Object message) {
        if (!kind.isGuarded()) {
            tryHandle(running, message);
        } else if (message instanceof AdaptiveLimit.Timed timed) {
            kind.onHandled(this, !tryHandle(running, timed.message));
            timed.onHandled();
        } else {
            kind.onHandled(this, !tryHandle(running, message));
        }
    }

    @SuppressWarnings("unchecked")
    private boolean tryHandle(Actor<M> running, Object message) {
        try {
            running.onMessage((M) Ask.unwrap(message), this);
            return true;
        } catch (Exception | StackOverflowError | OutOfMemoryError | LinkageError | AssertionError e) {
            onFailure(message, e);
            return false;
        }
    }

    /**
     * The one place where a failure of a handler ends up. The message is dropped, whoever asked is told, and a new actor takes the
     * place of the one that failed; address, mailbox and children stay.
     */
    private void onFailure(Object message, Throwable cause) {
        LOG.warn(
                "handler threw, the message is dropped and the actor starts afresh: actor={}, message={}",
                path(),
                Ask.unwrap(message).getClass().getName(),
                cause);
        if (message instanceof Ask<?> ask) {
            ask.fail(new ActorFailedException("handler threw: actor=" + path() + ", reason=" + cause, cause));
        }
        actor = null;
        make();
    }

    /** Returns whether no child is left. */
    private boolean stopChildren() {
        Children living = children;
        if (living == null || living.isEmpty()) {
            return true;
        }
        living.inOrder().forEach(LocalActor::requestStop);
        return false;
    }

    private boolean hasNoChildren() {
        Children living = children;
        return living == null || living.isEmpty();
    }

    private void close() {
        actor = null;
        status = CLOSED;
        drain();
        kind.dispatcher.release(this);
        kind.forget(this);
        LocalActor<?> above = parent;
        if (above != null) {
            above.onChildStopped(this);
        }
    }

    private void onChildStopped(LocalActor<?> child) {
        children().remove(child);
        if (stopWanted) {
            wake();
        }
    }

    /** What still waits for a closed actor becomes dead letters. */
    private synchronized void drain() {
        if (mailbox.isEmpty()) {
            return;
        }
        ActorException stopped =
                new ActorFailedException("actor has stopped, the message was not handled: actor=" + path(), null);
        for (Object message = mailbox.poll(); message != null; message = mailbox.poll()) {
            discard(message, stopped, DeadLetter.Reason.STOPPED);
        }
    }

    /** Ends an actor that did not stop before the system closed, with its children. No worker runs any more. */
    void abandon() {
        Children living = children;
        if (living != null) {
            living.inOrder().forEach(LocalActor::abandon);
        }
        if (status != CLOSED) {
            close();
        }
    }

    @Override
    void onWokenElsewhere() {
        if (status == CLOSED) {
            drain();
        }
    }

    @Override
    void onTurnCutShort() {
        stopWanted = true;
        status = IDLE;
        wake();
    }

    @Override
    String label() {
        return path();
    }

    @Override
    public boolean tell(M message) {
        return offer(message) == Offer.TAKEN;
    }

    @Override
    public <R> CompletionStage<R> ask(Function<? super ActorRef<R>, ? extends M> message, Duration timeout) {
        Ask<R> ask = new Ask<>();
        ask.message = message.apply(ask);
        ActorException refusal = refusal(offer(ask));
        if (refusal != null) {
            ask.fail(refusal);
        }
        return ask.withTimeout(timeout, this);
    }

    @Override
    public ActorRef<M> self() {
        return this;
    }

    @Override
    public String path() {
        LocalActor<?> above = parent;
        if (above == null) {
            return "";
        }
        return above.path() + "/" + (name == null ? "$" + serial : name);
    }

    @Override
    public ActorSystem system() {
        return system;
    }

    @Override
    public long nowMs() {
        return system.clock().epochMs();
    }

    @Override
    public <C> ActorRef<C> spawn(String childName, Supplier<? extends Actor<C>> childRecipe) {
        return start(Children.checkName(childName), ActorOptions.standard(), childRecipe);
    }

    @Override
    public <C> ActorRef<C> spawn(String childName, ActorOptions options, Supplier<? extends Actor<C>> childRecipe) {
        return start(Children.checkName(childName), options, childRecipe);
    }

    @Override
    public <C> ActorRef<C> spawn(Supplier<? extends Actor<C>> childRecipe) {
        return start(null, ActorOptions.standard(), childRecipe);
    }

    @Override
    public void stop() {
        requestStop();
    }

    @Override
    public void stop(ActorRef<?> child) {
        if (!(child instanceof LocalActor<?> local) || local.parent != this) {
            throw new IllegalArgumentException(
                    "actor is not a child of this one: actor=" + path() + ", other=" + child);
        }
        local.requestStop();
    }

    @Override
    public String toString() {
        return path();
    }
}
