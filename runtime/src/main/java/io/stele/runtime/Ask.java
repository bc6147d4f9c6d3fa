package io.stele.runtime;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A message that somebody waits for: envelope, reply address and future in one object.
 *
 * @param <R> the reply
 */
final class Ask<R> extends CompletableFuture<R> implements Recipient, PendingReply<R> {
    private static final Object NOTHING = new Object();
    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();
    private static final int SPINS = PROCESSORS > 1 ? 1_000 : 0;
    /** About as long as a disk takes to force a record. Each gives its processor to whoever wants it. */
    private static final int YIELDS = 400;

    private static final AtomicInteger YIELDING = new AtomicInteger();

    /** What is asked. Set before the ask is handed to anybody. */
    Object message;

    /** Who is asked, for the sentence that says that nobody answered. */
    private @Nullable Object target;

    /** The one behind it, and when it expires; belong to {@link AskTimeouts}. */
    @Nullable Ask<?> behind;

    long deadlineNs;

    /** Whether nobody is served any more by handling it once it has expired: it came from elsewhere, and so has its deadline. */
    private boolean onlyInTime;

    private @Nullable AskTimeouts timeouts;

    /** Whether the message names this as the address of the reply, so that what the handler returns is no reply. */
    private final boolean addressed;

    /** Starts one whose message is still to be made. */
    Ask() {
        message = NOTHING;
        addressed = true;
    }

    Ask(Object message) {
        this.message = message;
        addressed = false;
    }

    /** Has it handled only as long as somebody waits for it. */
    Ask<R> onlyInTime() {
        onlyInTime = true;
        return this;
    }

    /** Starts one of a system's, whose message is still to be made or is somebody else's to hold. */
    static <R> Ask<R> pending(AskTimeouts timeouts, boolean addressed) {
        Ask<R> ask = addressed ? new Ask<>() : new Ask<>(NOTHING);
        ask.timeouts = timeouts;
        return ask;
    }

    /** Returns whether a message is not to be handled any more, because whoever asked has been told that there is no reply. */
    static boolean isOverdue(Object message) {
        return message instanceof Ask<?> ask && ask.onlyInTime && ask.isDone();
    }

    @Override
    public void about(Object asked) {
        message = asked;
    }

    @Override
    @SuppressWarnings("unchecked")
    public void reply(@Nullable Object value) {
        complete((R) value);
    }

    @Override
    public CompletionStage<R> stage(Duration timeout, Object address) {
        AskTimeouts own = timeouts;
        return own == null ? withTimeout(timeout, address) : withTimeout(timeout, address, own);
    }

    /** Returns what a mailbox holds without its envelope. */
    static Object unwrap(Object message) {
        if (message instanceof Ask<?> ask) {
            return ask.message instanceof GivenIdCommand given ? given.command() : ask.message;
        }
        if (message instanceof TimerFiring firing) {
            return firing.command;
        }
        if (message instanceof Envelope envelope) {
            return unwrap(envelope.message);
        }
        return message instanceof AdaptiveLimit.Timed timed ? unwrap(timed.message) : message;
    }

    /** Takes the reply; false if there has been one already. */
    @Override
    public boolean tell(R reply) {
        return complete(reply);
    }

    @Override
    @SuppressWarnings("unchecked")
    public void deliver(@Nullable Object reply) {
        if (reply instanceof Refusal refusal) {
            completeExceptionally(refusal.cause());
        } else if (!addressed) {
            complete((R) reply);
        }
    }

    @Override
    public void fail(ActorException cause) {
        completeExceptionally(cause);
    }

    /** Fails with {@link AskTimeoutException} if nothing has come in time. */
    CompletionStage<R> withTimeout(Duration timeout, Object target, AskTimeouts timeouts) {
        if (!isDone()) {
            this.target = target;
            timeouts.add(this, timeout.toNanos());
        }
        return this;
    }

    /** As {@link #withTimeout(Duration, Object, AskTimeouts)}, for an address of no system. */
    CompletionStage<R> withTimeout(Duration timeout, Object address) {
        target = address;
        CompletableFuture.delayedExecutor(timeout.toNanos(), TimeUnit.NANOSECONDS, Runnable::run)
                .execute(this::expire);
        return this;
    }

    /** Nothing has come in time. */
    void expire() {
        if (!isDone()) {
            fail(new AskTimeoutException(
                    "no reply in time, whether it was handled is not known: actor=" + target + ", message="
                            + message.getClass().getSimpleName(),
                    null));
        }
    }

    /** A reply mostly comes sooner than a thread parks and is woken. */
    @Override
    public R join() {
        spin();
        return super.join();
    }

    @Override
    public R get() throws InterruptedException, ExecutionException {
        spin();
        return super.get();
    }

    @SuppressWarnings("ThreadPriorityCheck") // it relies on nothing: a yield that does nothing is a pause
    private void spin() {
        for (int i = 0; i < SPINS && !isDone(); i++) {
            Thread.onSpinWait();
        }
        if (SPINS > 0 && !isDone() && YIELDING.get() < PROCESSORS / 2) {
            YIELDING.incrementAndGet();
            for (int i = 0; i < YIELDS && !isDone(); i++) {
                Thread.yield();
            }
            YIELDING.decrementAndGet();
        }
    }

    /** Derived stages are plain futures: they carry no message. */
    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new CompletableFuture<>();
    }

    /** An answer that says no, waiting like any other until the state that it was based on is durable. */
    record Refusal(ActorException cause) {}
}
