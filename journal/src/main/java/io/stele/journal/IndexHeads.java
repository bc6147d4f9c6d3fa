package io.stele.journal;

import io.stele.spi.Clock;
import io.stele.spi.IndexStore;
import io.stele.spi.PersistenceId;
import io.stele.spi.SteleException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Walks over the actors of one lane in a {@link PositionIndex}, whose keys it knows: leaps from head to head over chunks. */
final class IndexHeads {
    /** So many chunks in a row are cheaper to pass over one by one than to leap over. */
    private static final int CHUNKS_MAX = 64;

    private static final byte CHUNK = 0;
    private static final byte HEAD = 1;
    private static final int ENTRIES_PER_LOOK = 256;
    private static final long NEVER = Long.MIN_VALUE;

    private final byte lane;
    private final long deadlineNs;
    private final BiConsumer<PersistenceId, Head> visitor;
    private byte @Nullable [] leap;
    private final long entriesMax;
    private boolean stopped;
    private int chunks;
    private long entries;

    private IndexHeads(byte lane, long deadlineNs, long entriesMax, BiConsumer<PersistenceId, Head> visitor) {
        this.lane = lane;
        this.deadlineNs = deadlineNs;
        this.entriesMax = entriesMax;
        this.visitor = visitor;
    }

    /** Visits actors in the order of their keys until {@code deadlineNs}; returns whether it came to the end. */
    static boolean walk(IndexStore store, int lane, long deadlineNs, BiConsumer<PersistenceId, Head> visitor) {
        return new IndexHeads((byte) lane, deadlineNs, Long.MAX_VALUE, visitor).walk(store);
    }

    /** Visits all actors if that takes no more than {@code entriesMax} entries, chunks included; returns whether it did. */
    static boolean walkAtMost(IndexStore store, int lane, long entriesMax, BiConsumer<PersistenceId, Head> visitor) {
        return new IndexHeads((byte) lane, NEVER, entriesMax, visitor).walk(store);
    }

    private boolean walk(IndexStore store) {
        byte[] from = {lane, ' '}; // ids have no smaller byte; the checkpoint's key does
        while (from != null) {
            leap = null;
            store.scan(from, this::onEntry);
            from = leap;
        }
        return !stopped;
    }

    private boolean onEntry(ByteBuffer key, ByteBuffer value) {
        if (!key.hasRemaining() || key.get(key.position()) != lane) {
            return false;
        }
        if (++entries > entriesMax || isLate()) {
            stopped = true;
            return false;
        }
        int end = key.position() + 1;
        while (end < key.limit() && (key.get(end) & 0xff) >= ' ') {
            end++;
        }
        if (end == key.limit()) {
            return true;
        }
        if (key.get(end) == CHUNK) {
            return ++chunks < CHUNKS_MAX || leapTo(key, end);
        }
        chunks = 0;
        if (value.remaining() != 2 * Long.BYTES) {
            throw new SteleException(
                    "index has no head where one should be: lane=" + lane + ", valueBytes=" + value.remaining());
        }
        if (key.get(end) == HEAD) {
            byte[] id = new byte[end - key.position() - 1];
            key.get(key.position() + 1, id);
            ByteBuffer head = value.duplicate().order(ByteOrder.BIG_ENDIAN);
            visitor.accept(
                    PersistenceId.parse(new String(id, StandardCharsets.UTF_8)),
                    new Head(head.getLong(), head.getLong()));
        }
        return true;
    }

    private boolean isLate() {
        return deadlineNs != NEVER
                && entries % ENTRIES_PER_LOOK == 0
                && Clock.system().nanoTime() - deadlineNs > 0;
    }

    private boolean leapTo(ByteBuffer key, int end) {
        byte[] target = new byte[end - key.position() + 1];
        key.get(key.position(), target);
        target[target.length - 1] = HEAD;
        leap = target;
        chunks = 0;
        return false;
    }
}
