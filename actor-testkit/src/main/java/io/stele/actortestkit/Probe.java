package io.stele.actortestkit;

import io.stele.runtime.ActorRef;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * An address that keeps what it is told, and a test's expectations of it.
 *
 * <pre>
 *   Probe&lt;String&gt; probe = Probe.of("greetings");
 *   greeter.tell(new Greet("Ada", probe.ref()));
 *   probe.expect("Hello, Ada").expectNothing();
 * </pre>
 *
 * <p>Expectations wait for a message, at most for the time set with {@link #within}: three seconds unless told otherwise. One that is
 * not met throws an {@link AssertionError} that says what came before and what came instead.
 *
 * <h2>Threads</h2>
 * Any thread may tell it something; one at a time expects.
 *
 * @param <M> the messages
 */
public final class Probe<M> {
    private static final int CAPACITY = 100_000;
    private static final int SHOWN_MAX = 20;
    private static final Duration QUIET = Duration.ofMillis(100);

    private final String name;
    private final LinkedBlockingQueue<M> messages = new LinkedBlockingQueue<>(CAPACITY);
    private final List<M> seen = new ArrayList<>();
    private final ActorRef<M> ref;
    private Runnable onWait = () -> {};
    private Duration patience = Duration.ofSeconds(3);

    private Probe(String name) {
        this.name = name;
        ref = new ActorRef<>() {
            @Override
            public boolean tell(M message) {
                return messages.offer(message);
            }

            @Override
            public String toString() {
                return "probe " + name;
            }
        };
    }

    /**
     * Returns one without a message yet.
     *
     * @param name what it is called in messages
     * @param <M> the messages
     */
    public static <M> Probe<M> of(String name) {
        return new Probe<>(name);
    }

    /** Returns where to tell it something. Takes up to 100,000 messages that nobody has looked at. */
    public ActorRef<M> ref() {
        return ref;
    }

    /** Sets how long expectations wait. */
    public Probe<M> within(Duration value) {
        patience = value;
        return this;
    }

    /** Has expectations call {@code action} before they wait: {@code turns::runUntilIdle}, for a system that runs by turns. */
    public Probe<M> beforeWaiting(Runnable action) {
        onWait = action;
        return this;
    }

    /** Requires that this message comes next. */
    public Probe<M> expect(M expected) {
        return expectThat("message " + expected, expected::equals);
    }

    /** Requires that these messages come next, in this order. */
    @SafeVarargs
    public final Probe<M> expectAll(M... expected) {
        for (M message : expected) {
            expect(message);
        }
        return this;
    }

    /** Requires that these messages come next, in any order. */
    @SafeVarargs
    @SuppressWarnings("varargs") // only read
    public final Probe<M> expectInAnyOrder(M... expected) {
        List<M> missing = new ArrayList<>(Arrays.asList(expected));
        while (!missing.isEmpty()) {
            M message = next("one of " + missing);
            if (!missing.remove(message)) {
                throw unexpected("one of " + missing, message);
            }
        }
        return this;
    }

    /**
     * Requires that a message of this class comes next, and returns it.
     *
     * @param <T> the class
     */
    public <T extends M> T expect(Class<T> type) {
        M message = next("a " + type.getSimpleName());
        if (!type.isInstance(message)) {
            throw unexpected("a " + type.getSimpleName(), message);
        }
        return type.cast(message);
    }

    /**
     * Requires that a message comes next that {@code predicate} is true of.
     *
     * @param what says in words what is expected
     */
    public Probe<M> expectThat(String what, Predicate<? super M> predicate) {
        M message = next(what);
        if (!predicate.test(message)) {
            throw unexpected(what, message);
        }
        return this;
    }

    /** Passes over messages until one comes that {@code predicate} is true of, and returns it. */
    public M fish(String what, Predicate<? super M> predicate) {
        long deadlineNs = System.nanoTime() + patience.toNanos();
        M message = next(what);
        while (!predicate.test(message)) {
            if (System.nanoTime() - deadlineNs > 0) {
                throw unexpected(what, message);
            }
            message = next(what);
        }
        return message;
    }

    /** Requires that nothing is there, and that nothing comes within a tenth of a second. */
    public Probe<M> expectNothing() {
        return expectNothing(QUIET);
    }

    /** Requires that nothing is there, and that nothing comes within {@code duration}. */
    public Probe<M> expectNothing(Duration duration) {
        M message = poll(duration);
        if (message != null) {
            throw unexpected("nothing within " + duration, message);
        }
        return this;
    }

    /** Returns the next message, whatever it is. */
    public M next() {
        return next("a message");
    }

    private M next(String what) {
        M message = poll(patience);
        if (message == null) {
            throw new AssertionError("nothing came: probe=" + name + ", expected=" + what + ", within=" + patience
                    + ", before=" + lastSeen());
        }
        seen.add(message);
        return message;
    }

    private @Nullable M poll(Duration atMost) {
        onWait.run();
        try {
            return messages.poll(atMost.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while it waited: probe=" + name, e);
        }
    }

    private AssertionError unexpected(String what, M message) {
        return new AssertionError("something else came: probe=" + name + ", expected=" + what + ", came=" + message
                + ", before=" + lastSeen());
    }

    private List<M> lastSeen() {
        return seen.subList(Math.max(0, seen.size() - SHOWN_MAX), seen.size());
    }
}
