package io.stele.remote;

import com.esotericsoftware.kryo.kryo5.io.KryoBufferOverflowException;
import com.esotericsoftware.kryo.kryo5.io.Output;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Writes into the array of a Netty buffer, behind its writer index, and grows that buffer. The stock class would go on in an array
 * of its own.
 */
final class HeapOutput extends Output {

    private static final byte[] NOTHING = {};

    private @Nullable ByteBuf target;
    private int bytesMax;
    private int start;

    HeapOutput() {
        super(NOTHING, 0);
    }

    void open(ByteBuf buf, int largest) {
        target = buf;
        bytesMax = largest;
        start = buf.writerIndex();
        view(buf);
    }

    private void view(ByteBuf buf) {
        buffer = buf.array();
        position = buf.arrayOffset() + buf.writerIndex();
        capacity = buf.arrayOffset() + buf.capacity();
    }

    /** Moves the writer index behind what was written. */
    void commit() {
        ByteBuf buf = target();
        buf.writerIndex(position - buf.arrayOffset());
    }

    void release() {
        target = null;
        buffer = NOTHING;
        position = 0;
        capacity = 0;
    }

    @Override
    protected boolean require(int required) {
        if (capacity - position >= required) {
            return false;
        }
        ByteBuf buf = target();
        commit();
        if (buf.writerIndex() - start + (long) required > bytesMax) {
            throw new KryoBufferOverflowException("it is larger than a body may be: bodyBytesMax=" + bytesMax);
        }
        buf.ensureWritable(required);
        view(buf);
        return true;
    }

    private ByteBuf target() {
        assert target != null : "not open";
        return target;
    }
}
