package io.stele.runtime.routing;

import io.stele.runtime.ActorFailedException;
import io.stele.runtime.ActorRef;
import io.stele.runtime.ActorSystem;
import io.stele.spi.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An address that stands for several, and chooses among them where a message is sent: on the sender's thread, without a lock, and
 * without an actor in between.
 *
 * <pre>
 *   Router&lt;Job&gt; workers = Router.of(Routing.roundRobin(), List.of(a, b, c));
 *   workers.tell(new Job(1));
 *
 *   sender ──tell──&gt; [ a ][ b ][ c ]      one volatile read, one choice, one tell
 * </pre>
 *
 * <p>Messages of one thread to one routee arrive in their order; what goes to different ones has none.
 *
 * <h2>Threads</h2>
 * Any thread may send through it, without a lock, and change who is behind it meanwhile; changes take turns. A message that is on its way goes by who was there when it was
 * sent.
 *
 * @param <M> the messages
 */
public final class Router<M> implements ActorRef<M> {
    private final Routing<M> routing;
    private final Clock clock;
    /** Never changed once it is here: replaced, under the monitor. */
    private volatile Routee<M>[] routees;

    private Router(Routing<M> routing, Clock clock, Collection<? extends ActorRef<M>> refs) {
        this.routing = routing;
        this.clock = clock;
        routees = replaced(newArray(0), refs);
    }

    /**
     * Returns one that routes to {@code refs}, which may be none for now.
     *
     * @param routing for this router alone
     * @param <M> the messages
     */
    public static <M> Router<M> of(Routing<M> routing, Collection<? extends ActorRef<M>> refs) {
        return new Router<>(routing, Clock.system(), refs);
    }

    /**
     * As {@link #of(Routing, Collection)}, with a clock of one's own for how long replies take.
     *
     * @param <M> the messages
     */
    public static <M> Router<M> of(Routing<M> routing, Collection<? extends ActorRef<M>> refs, Clock clock) {
        return new Router<>(routing, clock, refs);
    }

    /**
     * Hands a message to whom the routing says.
     *
     * @return false if there is nobody, or nobody who was asked took it
     */
    @Override
    public boolean tell(M message) {
        Routee<M>[] now = routees;
        return now.length > 0 && routing.tell(message, now);
    }

    /** Asks one, and lets the routing know how long its reply took. See {@link ActorRef#ask}. */
    @Override
    public <R> CompletionStage<R> ask(Function<? super ActorRef<R>, ? extends M> message, Duration timeout) {
        Routee<M>[] now = routees;
        if (now.length == 0) {
            return CompletableFuture.failedFuture(nobody());
        }
        AtomicReference<@Nullable Routee<M>> chosen = new AtomicReference<>();
        ActorRef<M> choosing = made -> {
            Routee<M> routee = routing.choose(made, now);
            if (routee.ref.tell(made)) {
                chosen.set(routee);
                return true;
            }
            return routing.tell(made, now);
        };
        long startNs = clock.nanoTime();
        CompletionStage<R> reply = choosing.ask(message, timeout);
        var unused = reply.whenComplete((value, failure) -> {
            Routee<M> routee = chosen.get();
            if (routee != null) {
                routing.onReply(routee, clock.nanoTime() - startNs);
            }
        });
        return reply;
    }

    /**
     * Asks everybody, and returns the first reply. Fails once all have failed, with what the last one failed with.
     *
     * @param message makes the message, once for each
     * @param timeout above zero, for each
     * @param <R> the reply
     */
    public <R> CompletionStage<R> askFirst(Function<? super ActorRef<R>, ? extends M> message, Duration timeout) {
        Routee<M>[] now = routees;
        CompletableFuture<R> first = new CompletableFuture<>();
        if (now.length == 0) {
            first.completeExceptionally(nobody());
        }
        AtomicInteger left = new AtomicInteger(now.length);
        for (Routee<M> routee : now) {
            CompletionStage<R> reply = routee.ref.ask(message, timeout);
            var unused = reply.whenComplete((value, failure) -> {
                int others = left.decrementAndGet();
                if (failure == null) {
                    first.complete(value);
                } else if (others == 0) {
                    first.completeExceptionally(failure);
                }
            });
        }
        return first;
    }

    private static ActorFailedException nobody() {
        return new ActorFailedException("router has nobody to route to, the message was not sent", null);
    }

    /** Returns who is behind it now. */
    public List<ActorRef<M>> routees() {
        List<ActorRef<M>> refs = new ArrayList<>();
        for (Routee<M> routee : routees) {
            refs.add(routee.ref);
        }
        return List.copyOf(refs);
    }

    /** Puts {@code refs} in the place of whoever is behind it. What is known of those that stay is kept. */
    public synchronized void set(Collection<? extends ActorRef<M>> refs) {
        routees = replaced(routees, refs);
    }

    private static <M> Routee<M>[] replaced(Routee<M>[] before, Collection<? extends ActorRef<M>> refs) {
        List<ActorRef<M>> wanted = List.copyOf(refs);
        Routee<M>[] after = newArray(wanted.size());
        for (int i = 0; i < after.length; i++) {
            ActorRef<M> ref = wanted.get(i);
            int index = indexOf(before, ref);
            after[i] = index < 0 ? new Routee<>(ref) : before[index];
        }
        return after;
    }

    /** Adds one, unless it is there. */
    public synchronized void add(ActorRef<M> ref) {
        Routee<M>[] before = routees;
        if (indexOf(before, ref) < 0) {
            Routee<M>[] after = Arrays.copyOf(before, before.length + 1);
            after[before.length] = new Routee<>(ref);
            routees = after;
        }
    }

    /** Takes one out, if it is there. */
    public synchronized void remove(ActorRef<?> ref) {
        Routee<M>[] before = routees;
        int index = indexOf(before, ref);
        if (index >= 0) {
            Routee<M>[] after = newArray(before.length - 1);
            System.arraycopy(before, 0, after, 0, index);
            System.arraycopy(before, index + 1, after, index, after.length - index);
            routees = after;
        }
    }

    /** Takes every actor out when it has stopped, those that are there now and are of {@code system}. */
    public Router<M> dropStopped(ActorSystem system) {
        for (ActorRef<M> ref : routees()) {
            var unused = system.whenTerminated(ref).thenAccept(this::remove);
        }
        return this;
    }

    @Override
    public int waitingCount() {
        int count = 0;
        for (Routee<M> routee : routees) {
            count += routee.ref.waitingCount();
        }
        return count;
    }

    private static int indexOf(Routee<?>[] among, ActorRef<?> ref) {
        for (int i = 0; i < among.length; i++) {
            if (among[i].ref.equals(ref)) {
                return i;
            }
        }
        return -1;
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static <M> Routee<M>[] newArray(int length) {
        return new Routee[length];
    }

    @Override
    public String toString() {
        return "router of " + routees();
    }
}
