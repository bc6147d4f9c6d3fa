package io.stele.runtime;

import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns what a stage came to into a message. Any thread. */
final class Pipe {
    private static final Logger LOG = LoggerFactory.getLogger(Pipe.class);

    private Pipe() {}

    static <T, M> void to(
            ActorRef<? super M> target,
            CompletionStage<T> stage,
            BiFunction<? super @Nullable T, ? super @Nullable Throwable, ? extends M> message) {
        var unused = stage.whenComplete((value, failure) -> {
            try {
                Throwable cause = failure instanceof CompletionException && failure.getCause() != null
                        ? failure.getCause()
                        : failure;
                if (!target.tell(message.apply(value, cause))) {
                    LOG.warn("what a stage came to was not taken: actor={}", target);
                }
            } catch (RuntimeException | StackOverflowError | AssertionError e) {
                LOG.error("no message could be made of what a stage came to: actor={}", target, e);
            }
        });
    }
}
