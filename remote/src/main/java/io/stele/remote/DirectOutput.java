package io.stele.remote;

import com.esotericsoftware.kryo.kryo5.io.ByteBufferOutput;
import com.esotericsoftware.kryo.kryo5.io.KryoBufferOverflowException;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** As {@link HeapOutput}, for buffers outside of the heap. */
final class DirectOutput extends ByteBufferOutput {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private @Nullable ByteBuf target;
    private int bytesMax;
    private int start;

    /** What an index of the view has to be moved by to be one of the buffer. */
    private int viewStart;

    DirectOutput() {
        setBuffer(NOTHING, 0);
    }

    void open(ByteBuf buf, int largest) {
        target = buf;
        bytesMax = largest;
        start = buf.writerIndex();
        view(buf);
    }

    private void view(ByteBuf buf) {
        byteBuffer = buf.internalNioBuffer(buf.writerIndex(), buf.writableBytes());
        viewStart = buf.writerIndex() - byteBuffer.position();
        position = byteBuffer.position();
        capacity = byteBuffer.limit();
    }

    /** Moves the writer index behind what was written. */
    void commit() {
        target().writerIndex(position + viewStart);
    }

    void release() {
        target = null;
        byteBuffer = NOTHING;
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
