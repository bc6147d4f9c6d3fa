package io.stele.runtime;

import io.opentelemetry.context.Scope;
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
 *   spawn ──&gt; first turn: make the actor ──&gt; messages ──&gt; stop wanted ──&gt; children stop ──&gt; CLOSED, parent and watchers are told
 *                                             │    ^
 *                                             └────┘ {@link Control#onFailure}, if the handler throws
 * </pre>
 *
 * <p>As with an {@link Entity}, a sender that finds it CLOSED after its offer drains the mailbox itself, under the monitor.
 *
 * @param <M> the messages it takes
 */
final class LocalActor<M> extends Cell implements ActorRef<M>, Context<M>, Watcher {
    private static final Logger LOG = LoggerFactory.getLogger(LocalActor.class);

    final @Nullable LocalActor<?> parent;
    private final Supplier<? extends Actor<M>> recipe;
    private final @Nullable String name;
    /** Its number among the children of its parent, and its neighbours among the children of its parent; guarded by those {@link Children}. */
    int serial;

    @Nullable LocalActor<?> previous;

    @Nullable LocalActor<?> next;

    volatile @Nullable Children children;
    private @Nullable Actor<M> actor;
    volatile @Nullable Control<M> control;
    private boolean hasBegun;
    private boolean isStopping;
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

    Children children() {
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
        if (!hasBegun && !stopWanted) {
            hasBegun = true;
            make();
        }
        Control<M> tree = control;
        if (tree != null && !stopWanted) {
            tree.handleSignals();
        }
        TypeMeters meters = meters();
        int handled = handleMessages();
        if (meters != null) {
            meters.onTurn(handled, 0);
        }
        tree = control;
        if (stopWanted) {
            announceStop();
            if (stopChildren()) {
                close();
                return;
            }
        } else if (tree != null && tree.isRestarting() && stopChildren()) {
            tree.continueRestart();
        }
        rest();
    }

    @Override
    boolean hasWork() {
        Control<M> tree = control;
        if (stopWanted) {
            return hasNoChildren();
        }
        if (tree == null) {
            return !mailbox.isEmpty();
        }
        return tree.hasWork()
                || (tree.takesMessages() && !mailbox.isEmpty())
                || (tree.isRestarting() && hasNoChildren());
    }

    /** Makes the actor, the first one or one that takes the place of another. */
    void make() {
        Control<M> tree = control;
        Throwable cause = tree == null ? null : tree.takeRestartCause();
        try {
            Actor<M> made = recipe.get();
            actor = made;
            SystemMeters.count(system, made, 1);
            Supervision supervision = made.childSupervision();
            if (supervision != Supervision.restart() || tree != null) {
                control().childSupervision(supervision);
            }
            if (cause == null) {
                made.preStart(this);
            } else {
                made.afterRestart(cause, this);
            }
        } catch (Exception | StackOverflowError | OutOfMemoryError | LinkageError | AssertionError e) {
            LOG.error("actor could not be made: actor={}", path(), e);
            SystemMeters.count(system, actor, -1);
            actor = null;
            control().onNotMade(e);
        }
    }

    /** Lets the actor go that is to be replaced. */
    void retire(Throwable cause) {
        Actor<M> failed = actor;
        SystemMeters.count(system, failed, -1);
        actor = null;
        if (failed != null) {
            Hooks.announce("preRestart", path(), () -> failed.preRestart(cause, this));
        }
    }

    private int handleMessages() {
        int tick = system.tick();
        int handled = 0;
        while (handled < MESSAGES_PER_TURN && system.tick() - tick < TICKS_PER_TURN) {
            Actor<M> running = actor;
            Object message = running == null || stopWanted ? null : next();
            if (running == null || message == null) {
                break;
            }
            handle(running, message);
            handled++;
        }
        return handled;
    }

    private void handle(Actor<M> running, Object message) {
        if (!kind.isGuarded()) {
            open(running, message);
        } else if (message instanceof AdaptiveLimit.Timed timed) {
            kind.onHandled(this, !open(running, timed.message));
            timed.onHandled();
        } else {
            kind.onHandled(this, !open(running, message));
        }
    }

    /** Handles a message, out of its envelope if it has one. */
    @SuppressWarnings("try")
    private boolean open(Actor<M> running, Object message) {
        if (!(message instanceof Envelope envelope)) {
            return tryHandle(running, message);
        }
        long startNs = system.clock().nanoTime();
        boolean done;
        try (Scope trace = Tracing.handle(system, envelope, this)) {
            done = tryHandle(running, envelope.message);
        }
        TypeMeters meters = SystemMeters.plain(system, running);
        if (meters != null) {
            meters.onHandled(envelope, startNs, system.clock().nanoTime(), mailbox.size());
        }
        return done;
    }

    @Override
    @Nullable TypeMeters meters() {
        return SystemMeters.plain(system, actor);
    }

    @Override
    Object sample(Object message) {
        Object sent = Tracing.carried(system.tracing(), message);
        return system.meters() == null ? sent : kind.sampler.sample(sent, system);
    }

    private @Nullable Object next() {
        Control<M> tree = control;
        if (tree != null) {
            if (!tree.takesMessages()) {
                return null;
            }
            Object retry = tree.takeRetry();
            if (retry != null) {
                return retry;
            }
        }
        return mailbox.poll();
    }

    @SuppressWarnings("unchecked")
    private boolean tryHandle(Actor<M> running, Object message) {
        if (Ask.isOverdue(message)) {
            return true;
        }
        try {
            running.onMessage((M) Ask.unwrap(message), this);
            return true;
        } catch (Exception | StackOverflowError | OutOfMemoryError | LinkageError | AssertionError e) {
            LOG.warn(
                    "handler threw: actor={}, message={}",
                    path(),
                    Ask.unwrap(message).getClass().getName(),
                    e);
            Tracing.failed(e);
            control().onFailure(message, e);
            return false;
        }
    }

    void childSupervision(Supervision value) {
        control().childSupervision(value);
    }

    /** Tells the actor something that overtakes its messages. Any thread. */
    void signal(Signal signal) {
        control().add(signal);
        wake();
    }

    private Control<M> control() {
        Control<M> existing = control;
        if (existing == null) {
            synchronized (this) {
                existing = control;
                if (existing == null) {
                    existing = new Control<>(this);
                    control = existing;
                }
            }
        }
        return existing;
    }

    @Override
    public void onTerminated(ActorRef<?> other) {
        signal(new Signal.Terminated(other));
    }

    @SuppressWarnings("unchecked")
    void onTerminated(ActorRef<?> other, @Nullable Object notice) {
        Actor<M> running = actor;
        if (running == null) {
            return;
        }
        try {
            if (notice == null) {
                running.onTerminated(other, this);
            } else {
                running.onMessage((M) notice, this);
            }
        } catch (Exception | StackOverflowError | OutOfMemoryError | LinkageError | AssertionError e) {
            LOG.warn("handler threw when it was told of an end: actor={}, other={}", path(), other, e);
            control().onFailure(null, e);
        }
    }

    void addWatcher(Watcher watcher) {
        control().addWatcher(watcher);
    }

    void removeWatcher(Watcher watcher) {
        control().removeWatcher(watcher);
    }

    private void announceStop() {
        Actor<M> running = actor;
        if (!isStopping && running != null && system.isClosing()) {
            Hooks.announce("beforeShutdown", path(), () -> running.beforeShutdown(this));
        }
        isStopping = true;
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
        Actor<M> running = actor;
        SystemMeters.count(system, running, -1);
        actor = null;
        if (running != null) {
            Hooks.announce("postStop", path(), () -> running.postStop(this));
        }
        status = CLOSED;
        drain();
        kind.dispatcher.release(this);
        kind.forget(this);
        LocalActor<?> above = parent;
        if (above != null) {
            above.onChildStopped(this);
        }
        Control<M> tree = control;
        if (tree != null) {
            tree.unwatchAll();
            tree.tellWatchers();
        }
    }

    private void onChildStopped(LocalActor<?> child) {
        children().remove(child);
        wake();
    }

    /** What still waits for a closed actor becomes dead letters. */
    private synchronized void drain() {
        discardAll();
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

    @SuppressWarnings("try")
    @Override
    public <R> CompletionStage<R> ask(Function<? super ActorRef<R>, ? extends M> message, Duration timeout) {
        Ask<R> ask = new Ask<>();
        ask.message = message.apply(ask);
        try (Scope trace = Tracing.ask(system.tracing(), ask, this)) {
            ActorException refusal = refusal(offer(ask));
            if (refusal != null) {
                ask.fail(refusal);
            }
        }
        return ask.withTimeout(timeout, this, system.askTimeouts());
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
    public <C> ActorRef<C> spawn(String childName, ActorOptions options, Supplier<? extends Actor<C>> childRecipe) {
        return start(Children.checkName(childName), options, childRecipe);
    }

    @Override
    public <C> ActorRef<C> spawn(ActorOptions options, Supplier<? extends Actor<C>> childRecipe) {
        return start(null, options, childRecipe);
    }

    @Override
    public void watch(ActorRef<?> other) {
        control().watch(other, null);
    }

    @Override
    public void watch(ActorRef<?> other, M notice) {
        control().watch(other, notice);
    }

    @Override
    public void unwatch(ActorRef<?> other) {
        control().unwatch(other);
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
