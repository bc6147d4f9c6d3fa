package io.stele.remote;

import com.esotericsoftware.kryo.kryo5.io.ByteBufferInput;
import com.esotericsoftware.kryo.kryo5.io.KryoBufferUnderflowException;
import java.nio.ByteBuffer;

/** As {@link HeapInput}, for buffers outside of the heap. */
final class DirectInput extends ByteBufferInput {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    DirectInput() {
        super(NOTHING);
    }

    void release() {
        setBuffer(NOTHING);
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
