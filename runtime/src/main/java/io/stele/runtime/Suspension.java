package io.stele.runtime;

import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A command whose effect is still to come, while its actor takes no other.
 *
 * <p>Confined to its actor; {@code onAsync} alone may come from elsewhere.
 */
final class Suspension {
    private final Cell cell;
    private @Nullable Object message;
    private volatile @Nullable Outcome outcome;

    /** What an async effect came to: one of the two. */
    record Outcome(
            @Nullable Effect<?, ?, ?> effect, @Nullable Throwable failure) {

        /** Returns the failure itself, where the JDK has wrapped it. */
        @Nullable Throwable reason() {
            return failure instanceof CompletionException wrapped && wrapped.getCause() != null
                    ? wrapped.getCause()
                    : failure;
        }
    }

    Suspension(Cell cell) {
        this.cell = cell;
    }

    void begin(Object suspended, CompletionStage<? extends Effect<?, ?, ?>> stage) {
        message = suspended;
        var unused = stage.whenComplete(this::onAsync);
    }

    private void onAsync(@Nullable Effect<?, ?, ?> effect, @Nullable Throwable failure) {
        outcome = new Outcome(effect, failure);
        cell.wake();
    }

    /** Returns what it came to, if that is known; then {@link #end} is to follow. */
    @Nullable Outcome outcome() {
        return message == null ? null : outcome;
    }

    /** Ends it. Returns the message; null if there was none. */
    @Nullable Object end() {
        Object suspended = message;
        message = null;
        outcome = null;
        return suspended;
    }

    boolean isUnderWay() {
        return message != null;
    }
}
