package io.stele.recovery;

import io.stele.spi.CorruptJournalException;
import io.stele.spi.RecordMetadata;
import io.stele.spi.StoredEvent;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A decision to leave one event out of an actor's state. It stands as a note in the actor's own history, behind the event, because it
 * changes what the history means.
 *
 * <pre>
 *   value of the metadata field {@link RecordMetadata#SKIP}, little-endian
 *   [ sequence number 8 ][ who decided, UTF-8 ][ 0x00 ][ why, UTF-8 ]
 * </pre>
 *
 * @param sequenceNumber of the event that is left out, at least 1
 * @param decidedBy who decided it, 1 to 200 characters without control characters
 * @param reason why, 1 to 2,000 characters, without the character 0
 */
public record SkipNote(long sequenceNumber, String decidedBy, String reason) {
    private static final int DECIDED_BY_MAX = 200;
    private static final int REASON_MAX = 2_000;

    /**
     * Checks all three.
     *
     * @throws IllegalArgumentException if one is out of range
     */
    public SkipNote {
        if (sequenceNumber < 1) {
            throw new IllegalArgumentException("events are numbered from 1: sequenceNumber=" + sequenceNumber);
        }
        if (decidedBy.isBlank()
                || decidedBy.length() > DECIDED_BY_MAX
                || decidedBy.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("who decides must be named in 1 to " + DECIDED_BY_MAX
                    + " characters without control characters: length=" + decidedBy.length());
        }
        if (reason.isBlank() || reason.length() > REASON_MAX || reason.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(
                    "a reason must have 1 to " + REASON_MAX + " characters: length=" + reason.length());
        }
    }

    /** Returns the metadata of a note that says it. */
    public ByteBuffer toMetadata() {
        byte[] text = (decidedBy + '\0' + reason).getBytes(StandardCharsets.UTF_8);
        ByteBuffer value = ByteBuffer.allocate(Long.BYTES + text.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(sequenceNumber)
                .put(text)
                .flip();
        ByteBuffer metadata = ByteBuffer.allocate(RecordMetadata.sizeBytes(value.remaining()));
        RecordMetadata.put(metadata, RecordMetadata.SKIP, value);
        return metadata.flip();
    }

    /**
     * Reads the decision in a note; null if it has none.
     *
     * @throws CorruptJournalException if it is not laid out as it must be
     */
    public static @Nullable SkipNote of(StoredEvent note) {
        ByteBuffer value = RecordMetadata.find(note.metadata(), RecordMetadata.SKIP);
        if (value == null) {
            return null;
        }
        try {
            long sequenceNumber = value.getLong();
            String[] texts = StandardCharsets.UTF_8.decode(value).toString().split("\0", -1);
            return new SkipNote(sequenceNumber, texts[0], texts.length > 1 ? texts[1] : "");
        } catch (IllegalArgumentException | java.nio.BufferUnderflowException e) {
            throw new CorruptJournalException(
                    "decision to skip an event cannot be read: persistenceId=" + note.persistenceId()
                            + ", sequenceNumber=" + note.sequenceNumber() + ", reason=" + e.getMessage()
                            + "; nothing was changed on disk; run: stele verify",
                    e);
        }
    }
}
