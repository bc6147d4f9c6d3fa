package io.stele.remote;

import com.esotericsoftware.kryo.kryo5.Kryo;
import com.esotericsoftware.kryo.kryo5.KryoException;
import com.esotericsoftware.kryo.kryo5.Serializer;
import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.Output;
import org.jspecify.annotations.Nullable;

/**
 * How values of one Java type lie in a body: by position, without names. None of Kryo's own serializers reads from the wire,
 * because they believe the sizes they are told. Every size here is checked against the bytes that are left before anything is
 * allocated, and every value takes at least one byte, so that a body of n bytes leads to O(n) memory.
 *
 * <p>Stateless: any thread, with a {@link BodyKryo} of its own.
 */
abstract class WireShape extends Serializer<Object> {

    /** Writes a value that is not null. */
    abstract void put(BodyKryo kryo, Output out, Object value);

    /** Reads a value that is not null. */
    abstract Object take(BodyKryo kryo, Input in);

    void putOrNull(BodyKryo kryo, Output out, @Nullable Object value) {
        if (value == null) {
            out.writeByte(0);
        } else {
            out.writeByte(1);
            put(kryo, out, value);
        }
    }

    @Nullable Object takeOrNull(BodyKryo kryo, Input in) {
        return takeMark(in) ? take(kryo, in) : null;
    }

    /** Reads whether a value follows. */
    static boolean takeMark(Input in) {
        int mark = in.readByteUnsigned();
        if (mark > 1) {
            throw new KryoException("a mark for null is neither 0 nor 1: mark=" + mark);
        }
        return mark == 1;
    }

    @Override
    public final void write(Kryo kryo, Output out, Object value) {
        put((BodyKryo) kryo, out, value);
    }

    @Override
    public final Object read(Kryo kryo, Input in, Class<? extends Object> type) {
        return take((BodyKryo) kryo, in);
    }

    /**
     * Reads how many elements follow.
     *
     * @param elementBytesMin the fewest bytes that an element takes, at least 1
     */
    static int takeCount(Input in, int elementBytesMin) {
        int count = in.readVarInt(true);
        int left = in.limit() - in.position();
        if (count < 0 || (long) count * elementBytesMin > left) {
            throw new KryoException("a size is larger than what follows: size=" + count + ", bytesLeft=" + left);
        }
        return count;
    }
}
