package io.stele.remote;

import com.esotericsoftware.kryo.kryo5.Kryo;
import io.stele.codec.Slots;
import java.util.Arrays;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * One Kryo and what goes with it: the peer that it reads from or writes to, the components of the records that are being read, as
 * a stack, and a few bytes of scratch. Taken out of a {@link BodyPool} for one body.
 *
 * <p>Kryo itself brings the numbers of classes and the limit on depth; all bytes are written by {@link WireShape}s.
 */
final class BodyKryo extends Kryo implements Slots {

    /** How deep values may stand in each other. */
    static final int DEPTH_MAX = 64;

    private static final int SLOT_COUNT_MIN = 64;

    final byte[] scratch = new byte[4 << 10];
    final NumberedClasses classes;
    final RefResolver refs;
    final HeapOutput heapOut = new HeapOutput();
    final DirectOutput directOut = new DirectOutput();
    final HeapInput heapIn = new HeapInput();
    final DirectInput directIn = new DirectInput();
    private @Nullable Deflater deflater;
    private @Nullable Inflater inflater;

    private int slotCount;
    private int base;
    private long[] longs = new long[SLOT_COUNT_MIN];
    private @Nullable Object[] references = new @Nullable Object[SLOT_COUNT_MIN];

    BodyKryo(NumberedClasses classes, RefResolver refs) {
        super(classes, null);
        this.classes = classes;
        this.refs = refs;
        classes.open();
        setRegistrationRequired(true);
        setAutoReset(false);
        setMaxDepth(DEPTH_MAX);
    }

    int reserve(int count) {
        int start = slotCount;
        slotCount += count;
        if (slotCount > longs.length) {
            int capacity = Math.max(slotCount, 2 * longs.length);
            longs = Arrays.copyOf(longs, capacity);
            references = Arrays.copyOf(references, capacity);
        }
        return start;
    }

    void release(int start) {
        Arrays.fill(references, start, slotCount, null);
        slotCount = start;
    }

    void base(int start) {
        base = start;
    }

    void set(int slot, long value) {
        longs[slot] = value;
    }

    void set(int slot, @Nullable Object value) {
        references[slot] = value;
    }

    @Override
    public long longAt(int index) {
        return longs[base + index];
    }

    @Override
    public @Nullable Object referenceAt(int index) {
        return references[base + index];
    }

    Deflater deflater() {
        if (deflater == null) {
            deflater = new Deflater(Deflater.BEST_SPEED, true);
        }
        return deflater;
    }

    Inflater inflater() {
        if (inflater == null) {
            inflater = new Inflater(true);
        }
        return inflater;
    }

    /** Forgets the body it was used for, whatever became of that. */
    void clear() {
        reset();
        release(0);
        classes.peer(null);
        heapOut.release();
        directOut.release();
        heapIn.release();
        directIn.release();
        if (longs.length > 16 * SLOT_COUNT_MIN) {
            longs = new long[SLOT_COUNT_MIN];
            references = new @Nullable Object[SLOT_COUNT_MIN];
        }
    }

    /** Gives back native memory. */
    void end() {
        if (deflater != null) {
            deflater.end();
        }
        if (inflater != null) {
            inflater.end();
        }
    }
}
