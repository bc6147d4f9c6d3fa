package io.stele.remote;

import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.KryoBufferUnderflowException;

/**
 * Reads from the array of a Netty buffer. Where bytes are missing the stock class moves what is left to the front of the array,
 * to make room for more: in an array that belongs to a pool that would be somebody else's message. This one reads and nothing else.
 */
final class HeapInput extends Input {

    private static final byte[] NOTHING = {};

    void open(byte[] array, int offset, int length) {
        setBuffer(array, offset, length);
    }

    void release() {
        setBuffer(NOTHING, 0, 0);
    }

    @Override
    protected int require(int required) {
        int left = limit - position;
        if (left < required || required < 0) {
            throw new KryoBufferUnderflowException("it ends early: bytesLeft=" + left + ", bytesRequired=" + required);
        }
        return left;
    }

    @Override
    protected int optional(int optional) {
        int left = limit - position;
        return left == 0 ? -1 : Math.min(left, optional);
    }
}
