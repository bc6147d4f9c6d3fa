package io.stele.runtime.routing;

import io.stele.runtime.Actor;
import io.stele.runtime.ActorRef;
import io.stele.runtime.ActorSystem;
import io.stele.runtime.Timer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Actors of one kind behind one {@link Router}, as many as are wanted at the time.
 *
 * <pre>
 *   Pool&lt;Job&gt; pool = Pool.of(system, "worker", 4, Worker::new, Routing.leastLoaded());
 *   pool.router().tell(new Job(1));
 *   pool.resize(8);
 * </pre>
 *
 * <p>One that is too many is taken out of the router first, and stopped once it has handled what waits for it.
 *
 * <h2>Threads</h2>
 * Any thread may send through the router and resize.
 *
 * @param <M> the messages
 */
public final class Pool<M> {
    private static final Duration DRAIN = Duration.ofMillis(100);

    private final ActorSystem system;
    private final String name;
    private final Supplier<? extends Actor<M>> recipe;
    private final Router<M> router;
    private final Deque<ActorRef<M>> workers = new ArrayDeque<>();
    private long started;

    private Pool(ActorSystem system, String name, Supplier<? extends Actor<M>> recipe, Routing<M> routing) {
        this.system = system;
        this.name = name;
        this.recipe = recipe;
        router = Router.of(routing, List.of());
    }

    /**
     * Starts {@code size} actors, called {@code name-1}, {@code name-2} and so on.
     *
     * @param size at least 0
     * @param actor makes one; called on many threads
     * @param <M> the messages
     */
    public static <M> Pool<M> of(
            ActorSystem system, String name, int size, Supplier<? extends Actor<M>> actor, Routing<M> routing) {
        Pool<M> pool = new Pool<>(system, name, actor, routing);
        pool.resize(size);
        return pool;
    }

    /** Returns where to send to. The same for the pool's life. */
    public Router<M> router() {
        return router;
    }

    /** Returns how many take messages. */
    public synchronized int size() {
        return workers.size();
    }

    /**
     * Starts as many as are missing, or lets those go that are too many, the newest first.
     *
     * @param size at least 0
     */
    public synchronized void resize(int size) {
        if (size < 0) {
            throw new IllegalArgumentException("size of a pool must not be negative: name=" + name + ", size=" + size);
        }
        while (workers.size() < size) {
            started++;
            ActorRef<M> worker = system.spawn(name + "-" + started, recipe);
            workers.addLast(worker);
            var unused = system.whenTerminated(worker).thenAccept(this::forget);
        }
        List<ActorRef<M>> leaving = new ArrayList<>();
        while (workers.size() > size) {
            leaving.add(workers.removeLast());
        }
        router.set(workers);
        leaving.forEach(this::drain);
    }

    /** Takes one out that has stopped by itself. */
    private synchronized void forget(ActorRef<?> worker) {
        if (workers.removeIf(worker::equals)) {
            router.remove(worker);
        }
    }

    /**
     * Stops one when it has nothing left to do. Senders may still hold the routees of before for a moment, so it is not stopped before
     * that has passed.
     */
    private void drain(ActorRef<M> worker) {
        AtomicReference<@Nullable Timer> timer = new AtomicReference<>();
        timer.set(system.timers().every(DRAIN, unused -> stopIfIdle(worker, timer), worker));
    }

    private boolean stopIfIdle(ActorRef<M> worker, AtomicReference<@Nullable Timer> timer) {
        Timer own = timer.get();
        if (own != null && worker.waitingCount() == 0) {
            own.cancel();
            system.stop(worker);
        }
        return true;
    }
}
