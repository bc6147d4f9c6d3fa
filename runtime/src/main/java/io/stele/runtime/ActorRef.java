package io.stele.runtime;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * The address of an actor. Holds no state of the actor: it stays good while the actor passivates, restarts or moves.
 *
 * <p>Any thread may use it.
 *
 * @param <M> the messages it takes
 */
public interface ActorRef<M> {

    /**
     * Hands over a message without waiting. Messages of one thread arrive in the order in which they were told.
     *
     * @return false if the mailbox is full, the actor has stopped or the system is closed; the message was not taken
     */
    boolean tell(M message);

    /** Returns how many messages wait for the actor, about; 0 where that is not known. */
    default int waitingCount() {
        return 0;
    }

    /**
     * Sends a message that says where the reply is to go, and returns that reply.
     *
     * <pre>
     *   CompletionStage&lt;Price&gt; price = prices.ask(replyTo -&gt; new Quote("tea", replyTo), Duration.ofSeconds(1));
     * </pre>
     *
     * <p>The stage fails with an {@link ActorException} whose subclass says why: {@link MailboxFullException} (not taken),
     * {@link ActorFailedException} (the handler threw, or the actor stopped first), {@link AskTimeoutException} (not known).
     * Continuations that are not {@code …Async} run on the thread of whoever replies and must not block.
     *
     * @param message makes the message of the address that takes the reply, which is good for one reply
     * @param timeout above zero; the stage fails never before it, and soon after
     * @param <R> the reply
     */
    default <R> CompletionStage<R> ask(Function<? super ActorRef<R>, ? extends M> message, Duration timeout) {
        Ask<R> ask = new Ask<>();
        M made = message.apply(ask);
        ask.message = made;
        if (!tell(made)) {
            ask.fail(new MailboxFullException("message was not taken: actor=" + this, null));
        }
        return ask.withTimeout(timeout, this);
    }
}
