package io.stele.spi;

import java.nio.ByteBuffer;

/**
 * The events of one effect on their way into the journal: all of them or none.
 *
 * <p>Made by {@link EventJournal#newBatch()} and reused for every append of its thread, so that appending allocates nothing.
 * A batch without events but with metadata is a <em>note</em>: it stands in the actor's history at its current sequence
 * number and takes no number of its own (the stored reply of a deduplicated command, for instance).
 *
 * <pre>
 *   batch.begin(nowMs);
 *   batch.add(codec, new Deposited(500));
 *   long position = journal.append(stream, stream.lastSequenceNumber() + 1, batch);
 * </pre>
 *
 * <h2>Threads</h2>
 * Confined to one thread at a time.
 */
public interface EventBatch {

    /** Most events in one batch. */
    int EVENT_COUNT_MAX = 0xffff;

    /** Most bytes of metadata in one batch. */
    int METADATA_BYTES_MAX = 0xffff;

    /**
     * Empties the batch for its next use.
     *
     * @param timestampMs when its events happened, in milliseconds since 1970; stored, never used for ordering
     */
    void begin(long timestampMs);

    /**
     * Sets the metadata that is stored with the events, copying it; replaces what was set before. Must precede the first
     * {@link #add}.
     *
     * @throws JournalException if it is longer than {@link #METADATA_BYTES_MAX}; the batch is as it was
     */
    void metadata(ByteBuffer metadata);

    /**
     * Encodes {@code event} straight into the batch, growing it where needed. O(encoded size).
     *
     * @throws PayloadCodecException if the codec cannot write it; the batch is as it was
     * @throws JournalException if the batch would grow beyond {@link EventJournal#payloadBytesMax()} or
     *     {@link #EVENT_COUNT_MAX}; the batch is as it was, and nothing was written
     */
    void add(PayloadCodec codec, Object event);

    /** Adds an event that is encoded already, copying {@code payload} from its position to its limit. Throws as above. */
    void add(StoredType type, ByteBuffer payload);

    /** Returns how many events it holds. */
    int eventCount();

    /** Returns the bytes of its events and metadata so far. */
    int sizeBytes();
}
