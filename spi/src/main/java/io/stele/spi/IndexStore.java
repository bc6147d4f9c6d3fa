package io.stele.spi;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * An ordered map of bytes for what can be rebuilt: position indexes, checkpoints. Losing all of it costs time, never events.
 *
 * <p>Keys are compared as unsigned bytes. Writes become visible as a whole with {@link Writer#commit}, and survive a crash
 * of any kind only after {@link #flush}.
 *
 * <h2>Threads</h2>
 * Any thread may read. Each writer belongs to one thread.
 */
public interface IndexStore extends AutoCloseable {

    /** Returns the value of {@code key}, or null if there is none. */
    byte @Nullable [] get(byte[] key);

    /**
     * Visits entries in ascending order of keys, from {@code fromKey} inclusive, until the visitor says stop.
     *
     * @param fromKey the first key wanted; empty for the very first
     * @param visitor sees views that are valid only during the call
     */
    void scan(byte[] fromKey, Visitor visitor);

    /** Returns a new, empty set of changes. */
    Writer newWriter();

    /** Makes everything committed so far survive a power cut. */
    void flush();

    /** Flushes and closes. Closing twice does nothing. */
    @Override
    void close();

    /** Changes that become visible together. */
    interface Writer extends AutoCloseable {

        /** Sets the value of a key; both are copied from position to limit. */
        void put(ByteBuffer key, ByteBuffer value);

        /** Removes all keys from {@code fromKey} inclusive to {@code toKey} exclusive. */
        void deleteRange(byte[] fromKey, byte[] toKey);

        /** Makes the changes visible and empties this writer for its next use. */
        void commit();

        /** Frees it; changes that were not committed are dropped. */
        @Override
        void close();
    }

    /** Sees entries one by one. */
    @FunctionalInterface
    interface Visitor {

        /**
         * Sees one entry.
         *
         * @param key read-only, from position to limit
         * @param value read-only, from position to limit
         * @return whether to go on
         */
        boolean onEntry(ByteBuffer key, ByteBuffer value);
    }
}
