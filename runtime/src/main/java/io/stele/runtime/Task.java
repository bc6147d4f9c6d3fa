package io.stele.runtime;

import org.jspecify.annotations.Nullable;

/**
 * Something that workers run again and again: an actor, mostly. It stands in at most one queue at a time and is its own link there,
 * so that scheduling it allocates nothing.
 */
abstract class Task {
    /** The one behind it; belongs to the {@link RunQueue} that holds it. */
    @Nullable Task behind;

    /** Runs once. Whoever runs it may be any worker; never two at a time. */
    abstract void run();

    /** Returns which worker it prefers, from 0 on; negative for none. Any thread. */
    int home() {
        return -1;
    }

    /** Returns what it is called in messages for people. */
    String label() {
        return getClass().getSimpleName();
    }
}
