package io.stele.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.ArrayList;
import java.util.List;
import org.jetbrains.lincheck.Lincheck;
import org.jetbrains.lincheck.LincheckAssertionError;

/**
 * Runs a small model with a few threads under every order of their steps that Lincheck gets to: a switch may come before each access to memory
 * that they share. What makes a model worth something is its twin, which has one step wrong and must be caught.
 */
final class Race {
    /** On 25, Lincheck 3.7 does not catch the twin of {@link WakeUpRaceTest}: where a twin holds, a model that holds says nothing. */
    static final int JDK_MAX = 24;

    private static final int ORDERS = Integer.getInteger("stele.race.orders", 100);
    /** So many that a twin is found again and again. */
    private static final int ORDERS_OF_TWIN = Integer.getInteger("stele.race.twins", 20_000);

    private static final int ATTEMPTS = 3;

    private Race() {}

    /** Fails if some order makes the model fail. */
    static void holds(Runnable model) {
        explore(ORDERS, model);
    }

    /** Fails unless some order makes the model, which is wrong on purpose, fail with {@code message}. */
    static void isCaught(Runnable twin, String message) {
        Throwable caught = catchThrowable(() -> explore(ORDERS_OF_TWIN, twin));

        assertThat(caught).as("a wrong model was not caught").isInstanceOf(LincheckAssertionError.class);
        assertThat(caught.getMessage()).contains(message);
    }

    /** The same orders each time. A run that took ten seconds counts as hung, which a busy machine alone may bring about: then once more. */
    private static void explore(int orders, Runnable model) {
        for (int attempt = 1; true; attempt++) {
            try {
                Lincheck.runConcurrentTest(orders, model);
                return;
            } catch (LincheckAssertionError e) {
                if (attempt == ATTEMPTS || !String.valueOf(e.getMessage()).contains("has hung")) {
                    throw e;
                }
            }
        }
    }

    /** Runs all at once and waits for their ends. Within a model. */
    static void together(Runnable... parts) {
        List<Thread> threads = new ArrayList<>();
        for (Runnable part : parts) {
            Thread thread = new Thread(part);
            threads.add(thread);
            thread.start(); // said here, since Lincheck does not look into method references
        }
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new AssertionError("interrupted", e);
            }
        }
    }

    /** Fails the model, unless {@code holds}. Not an assertion of a library: that would be part of the model. */
    static void check(boolean holds, String message) {
        if (!holds) {
            throw new IllegalStateException(message);
        }
    }
}
