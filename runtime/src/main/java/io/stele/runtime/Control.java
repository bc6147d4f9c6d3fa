package io.stele.runtime;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What few plain actors need: their place among those who watch and fail.
 *
 * <pre>
 *   RUNNING ──fails──&gt; RESTART: preRestart ──&gt; children stop ──&gt; backoff ──&gt; new object, afterRestart ──&gt; RUNNING
 *                  ├──&gt; RESUME:  RUNNING
 *                  ├──&gt; STOP:    children stop ──&gt; postStop ──&gt; CLOSED, watchers are told
 *                  └──&gt; ESCALATE: SUSPENDED until the parent, failing with the same cause, has been resumed, restarted or stopped
 * </pre>
 *
 * <p>Confined to the turns of its actor, but for the signals and the watchers.
 *
 * @param <M> the messages of its actor
 */
final class Control<M> {
    private enum Phase {
        RUNNING,
        /** Waits for its parent to decide. */
        SUSPENDED,
        /** Waits for its children to stop. */
        RESTARTING,
        BACKING_OFF
    }

    private final LocalActor<M> self;
    private final Queue<Signal> signals = new ConcurrentLinkedQueue<>();
    private final Map<ActorRef<?>, Signal.Watch> watching = new HashMap<>(0);
    private final Set<Watcher> watchers = new LinkedHashSet<>(0);
    private final Failures failures = new Failures();
    private volatile Supervision childSupervision = Supervision.restart();
    private Phase phase = Phase.RUNNING;
    private @Nullable Throwable restartCause;
    private long delayNs;
    private final List<LocalActor<?>> suspendedChildren = new ArrayList<>(0);
    private @Nullable Object retry;
    private final AtomicInteger restartCount = new AtomicInteger();

    Control(LocalActor<M> self) {
        this.self = self;
    }

    /** Puts a signal in. Any thread; a wake-up is to follow. */
    void add(Signal signal) {
        signals.add(signal);
    }

    void childSupervision(Supervision value) {
        childSupervision = value;
    }

    Supervision childSupervision() {
        return childSupervision;
    }

    boolean takesMessages() {
        return phase == Phase.RUNNING;
    }

    /** Returns how often the actor was restarted. Any thread. */
    int restartCount() {
        return restartCount.get();
    }

    boolean isRestarting() {
        return phase == Phase.RESTARTING;
    }

    /** Returns whether signals, or a message that is to be handled again, wait. */
    boolean hasWork() {
        return !signals.isEmpty() || (retry != null && phase == Phase.RUNNING);
    }

    /** Returns the message that is to be handled before any other; null if there is none. */
    @Nullable Object takeRetry() {
        Object message = retry;
        retry = null;
        return message;
    }

    /** Returns what made the actor restart, once. */
    @Nullable Throwable takeRestartCause() {
        Throwable cause = restartCause;
        restartCause = null;
        return cause;
    }

    void handleSignals() {
        for (Signal signal = signals.poll(); signal != null; signal = signals.poll()) {
            if (signal instanceof Signal.Terminated terminatedSignal) {
                onTerminated(terminatedSignal.actor());
            } else if (signal instanceof Signal.ChildFailed failed) {
                onChildFailed(failed);
            } else if (signal instanceof Signal.Restart restart) {
                if (phase == Phase.RUNNING || phase == Phase.SUSPENDED) {
                    beginRestart(restart.cause(), restart.delayNs());
                }
            } else if (signal instanceof Signal.Resume) {
                resume();
            } else if (phase == Phase.BACKING_OFF) {
                phase = Phase.RUNNING;
                self.make();
            }
        }
    }

    /** A handler of this actor threw. */
    void onFailure(@Nullable Object message, Throwable cause) {
        Supervision supervision = supervision();
        TypeMeters meters = self.meters();
        if (meters != null) {
            meters.failures.increment();
        }
        Directive directive =
                failures.decide(supervision, cause, true, self.system.clock().nanoTime(), self.system.random());
        if (message != null && failures.retries(supervision, message)) {
            retry = message;
        } else if (message != null) {
            giveUp(message, cause, supervision.parks());
        }
        carryOut(directive, supervision, cause);
    }

    /** Returns what becomes of this actor when it fails, as its parent has it. */
    private Supervision supervision() {
        LocalActor<?> above = self.parent;
        Control<?> tree = above == null ? null : above.control;
        return tree == null ? Supervision.restart() : tree.childSupervision();
    }

    /** Does something with those brothers and sisters that share the fate of this actor. */
    private void forOthers(Supervision.Scope scope, Consumer<LocalActor<?>> action) {
        LocalActor<?> above = self.parent;
        if (above == null || scope == Supervision.Scope.ONE_FOR_ONE) {
            return;
        }
        above.children().inOrder().stream()
                .filter(other -> other != self)
                .filter(other -> scope == Supervision.Scope.ALL_FOR_ONE || other.serial > self.serial)
                .forEach(action);
    }

    /** Hands a failure to the parent; where that is the root, the failure has reached the top. */
    private void escalate(Throwable cause) {
        LocalActor<?> above = self.parent;
        if (above != null && above.parent != null) {
            above.signal(new Signal.ChildFailed(self, cause));
        } else {
            self.system.onEscalated(new Escalation(self.path(), cause));
            self.requestStop();
        }
    }

    /** A message has failed for good. */
    @SuppressWarnings("unchecked")
    private void giveUp(Object message, Throwable cause, boolean parks) {
        String aftermath = "";
        if (parks) {
            M content = (M) Ask.unwrap(message);
            long number = self.system
                    .parked()
                    .add(self.path(), content, cause, self.nowMs(), parked -> self.tell((M) parked));
            aftermath = "; the message was parked: number=" + number;
        }
        if (message instanceof Ask<?> ask) {
            ask.fail(new ActorFailedException(
                    "handler threw: actor=" + self.path() + ", reason=" + cause + aftermath, cause));
        }
    }

    private void carryOut(Directive directive, Supervision supervision, Throwable cause) {
        switch (directive) {
            case RESUME -> resume();
            case RESTART -> {
                long delay = failures.delayNs();
                forOthers(supervision.scope(), other -> other.signal(new Signal.Restart(cause, delay)));
                beginRestart(cause, delay);
            }
            case STOP -> {
                forOthers(supervision.scope(), LocalActor::requestStop);
                self.requestStop();
            }
            case ESCALATE -> {
                phase = Phase.SUSPENDED;
                escalate(cause);
            }
        }
    }

    private void onChildFailed(Signal.ChildFailed failed) {
        if (phase == Phase.RESTARTING || phase == Phase.BACKING_OFF) {
            return; // its children stop anyway
        }
        suspendedChildren.add(failed.child());
        if (phase == Phase.RUNNING) {
            onFailure(null, failed.cause());
        }
    }

    private void resume() {
        if (phase == Phase.SUSPENDED) {
            phase = Phase.RUNNING;
        }
        suspendedChildren.forEach(child -> child.signal(new Signal.Resume()));
        suspendedChildren.clear();
    }

    private void beginRestart(Throwable cause, long delay) {
        TypeMeters meters = self.meters();
        if (meters != null) {
            meters.restarts.increment();
        }
        self.retire(cause);
        restartCount.incrementAndGet();
        restartCause = cause;
        delayNs = delay;
        suspendedChildren.clear();
        phase = Phase.RESTARTING;
    }

    /** No child is left: the last step of a restart, or the wait before it. */
    void continueRestart() {
        if (delayNs == 0) {
            phase = Phase.RUNNING;
            self.make();
            return;
        }
        phase = Phase.BACKING_OFF;
        self.system.delays().after(delayNs, () -> self.signal(new Signal.BackoffOver()));
    }

    /** The actor could not be made: a failure like another, where that cannot go on for ever without a pause. */
    void onNotMade(Throwable cause) {
        Supervision supervision = supervision();
        if (supervision.backoff() == null && supervision.restartCountMax() == Integer.MAX_VALUE) {
            self.requestStop();
        } else {
            onFailure(null, cause);
        }
    }

    void watch(ActorRef<?> other, @Nullable Object message) {
        if (watching.put(other, new Signal.Watch(message)) == null) {
            self.system.watch(other, self);
        }
    }

    void unwatch(ActorRef<?> other) {
        if (watching.remove(other) != null) {
            self.system.unwatch(other, self);
        }
    }

    /** Told once for every watch: the second time there is nobody who waits. */
    private void onTerminated(ActorRef<?> other) {
        Signal.Watch watch = watching.remove(other);
        if (watch != null) {
            self.onTerminated(other, watch.message());
        }
    }

    /** Has {@code watcher} told when this actor stops; at once, if it has. Any thread. */
    void addWatcher(Watcher watcher) {
        synchronized (watchers) {
            watchers.add(watcher);
        }
        if (self.isClosed()) {
            tellWatchers();
        }
    }

    /** Any thread. */
    void removeWatcher(Watcher watcher) {
        synchronized (watchers) {
            watchers.remove(watcher);
        }
    }

    /** The actor has stopped. Whoever comes later sees that by its status. Any thread. */
    void tellWatchers() {
        List<Watcher> those;
        synchronized (watchers) {
            those = List.copyOf(watchers);
            watchers.clear();
        }
        those.forEach(watcher -> watcher.onTerminated(self));
    }

    /** The actor has stopped, and waits for nobody any more. */
    void unwatchAll() {
        watching.keySet().forEach(other -> self.system.unwatch(other, self));
        watching.clear();
    }
}
