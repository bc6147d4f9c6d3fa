package io.stele.testkit;

import io.stele.spi.EventReader;
import io.stele.spi.PersistenceId;
import io.stele.spi.StoredEvent;
import io.stele.spi.StoredType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The one view of a replay, moved from event to event. It is as unforgiving as memory that is mapped away: its buffers are
 * overwritten once the reader has returned, and the view itself then refuses to answer, so that a reader which keeps either
 * is found out. Confined to the replay's thread.
 */
final class InMemoryView implements StoredEvent {
    private static final byte POISON = (byte) 0xdb;

    private final EventReader reader;
    private @Nullable InMemoryRecord record;
    private int index;
    private byte[] payload = new byte[0];
    private byte[] metadata = new byte[0];

    InMemoryView(EventReader reader) {
        this.reader = reader;
    }

    /** Hands over the note, or those events of the record that are in the range; returns how many events. */
    long deliver(InMemoryRecord from, long fromSequenceNumber, long toSequenceNumber) {
        if (from.isNote()) {
            deliverOne(from, 0, () -> reader.onNote(this));
            return 0;
        }
        long delivered = 0;
        for (int i = 0; i < from.types().size(); i++) {
            long number = from.place().firstSequenceNumber() + i;
            if (number >= fromSequenceNumber && number <= toSequenceNumber) {
                deliverOne(from, i, () -> reader.onEvent(this));
                delivered++;
            }
        }
        return delivered;
    }

    private void deliverOne(InMemoryRecord from, int batchIndex, Runnable call) {
        record = from;
        index = batchIndex;
        payload = from.isNote()
                ? new byte[0]
                : Arrays.copyOfRange(from.payloads(), from.startBytes(batchIndex), from.endsBytes()[batchIndex]);
        metadata = from.metadata().clone();
        try {
            call.run();
        } finally {
            Arrays.fill(payload, POISON);
            Arrays.fill(metadata, POISON);
            record = null;
        }
    }

    private InMemoryRecord record() {
        InMemoryRecord current = record;
        if (current == null) {
            throw new IllegalStateException(
                    "event is a view that is valid only until its reader returns: copy what you keep");
        }
        return current;
    }

    @Override
    public PersistenceId persistenceId() {
        return record().place().persistenceId();
    }

    @Override
    public long sequenceNumber() {
        return record().place().firstSequenceNumber() + index;
    }

    @Override
    public long position() {
        return record().position();
    }

    @Override
    public long timestampMs() {
        return record().place().timestampMs();
    }

    @Override
    public long epoch() {
        return record().place().epoch();
    }

    @Override
    public int batchIndex() {
        record();
        return index;
    }

    @Override
    public int batchCount() {
        return record().types().size();
    }

    @Override
    public StoredType type() {
        if (record().isNote()) {
            throw new IllegalStateException("note has no type: persistenceId="
                    + persistenceId().encoded() + ", sequenceNumber=" + sequenceNumber());
        }
        return record().types().get(index);
    }

    @Override
    public ByteBuffer payload() {
        record();
        return readOnly(payload);
    }

    @Override
    public ByteBuffer metadata() {
        record();
        return readOnly(metadata);
    }

    private static ByteBuffer readOnly(byte[] bytes) {
        return ByteBuffer.wrap(bytes).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }
}
