package io.stele.journal;

import io.stele.spi.Clock;
import io.stele.spi.IndexStore;
import io.stele.spi.PersistenceId;
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

    private final byte lane;
    private final long deadlineNs;
    private final BiConsumer<PersistenceId, Head> visitor;
    private byte @Nullable [] leap;
    private boolean late;
    private int chunks;
    private int entries;

    private IndexHeads(byte lane, long deadlineNs, BiConsumer<PersistenceId, Head> visitor) {
        this.lane = lane;
        this.deadlineNs = deadlineNs;
        this.visitor = visitor;
    }

    /** Visits actors in the order of their keys until {@code deadlineNs}; returns whether it came to the end. */
    static boolean walk(IndexStore store, int lane, long deadlineNs, BiConsumer<PersistenceId, Head> visitor) {
        IndexHeads walk = new IndexHeads((byte) lane, deadlineNs, visitor);
        byte[] from = {(byte) lane, ' '}; // ids have no smaller byte; the checkpoint's key does
        while (from != null) {
            walk.leap = null;
            store.scan(from, walk::onEntry);
            from = walk.leap;
        }
        return !walk.late;
    }

    private boolean onEntry(ByteBuffer key, ByteBuffer value) {
        if (!key.hasRemaining() || key.get(key.position()) != lane) {
            return false;
        }
        if (++entries % ENTRIES_PER_LOOK == 0 && Clock.system().nanoTime() - deadlineNs > 0) {
            late = true;
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
        if (key.get(end) == HEAD && value.remaining() == 2 * Long.BYTES) {
            byte[] id = new byte[end - key.position() - 1];
            key.get(key.position() + 1, id);
            ByteBuffer head = value.duplicate().order(ByteOrder.BIG_ENDIAN);
            visitor.accept(
                    PersistenceId.parse(new String(id, StandardCharsets.UTF_8)),
                    new Head(head.getLong(), head.getLong()));
        }
        return true;
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
