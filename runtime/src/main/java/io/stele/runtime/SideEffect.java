package io.stele.runtime;

import io.stele.spi.PersistenceId;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Something to do once the events are durable.
 *
 * @param persistenceId whose events
 * @param action what to do with the state after them
 * @param <S> state
 */
record SideEffect<S>(PersistenceId persistenceId, Consumer<? super S> action) implements Recipient {
    private static final Logger LOG = LoggerFactory.getLogger(SideEffect.class);

    @Override
    @SuppressWarnings("unchecked")
    public void deliver(@Nullable Object message) {
        try {
            action.accept((S) message);
        } catch (RuntimeException | StackOverflowError e) {
            LOG.error("side effect threw, its events are stored: persistenceId={}", persistenceId, e);
        }
    }

    @Override
    public void fail(ActorException cause) {
        LOG.warn("side effect was not run: persistenceId={}, reason={}", persistenceId, cause.getMessage());
    }
}
