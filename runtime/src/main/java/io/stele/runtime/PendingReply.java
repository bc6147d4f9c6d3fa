package io.stele.runtime;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who waits for a reply from elsewhere: an address that is good for one message. Any thread; whatever comes first counts.
 *
 * @param <R> the reply
 */
public interface PendingReply<R> extends ActorRef<R> {

    /** Says what was asked, for the sentence that says that nobody answered. */
    void about(Object message);

    /** Gives the reply. */
    void reply(@Nullable Object value);

    /** Says that there will be none. */
    void fail(ActorException cause);

    /** Returns whether it has come to an end, one way or the other. */
    boolean isDone();

    /** Returns what it comes to: with {@link AskTimeoutException} after {@code timeout}. */
    CompletionStage<R> stage(Duration timeout, Object target);
}
