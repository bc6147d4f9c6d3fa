package io.stele.remote;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * Compresses large bodies, and unpacks none that would become larger than it said, than a body may be, or than a hundred times
 * what came. What unpacks is bounded while it is unpacked: the buffer that takes it has the size that was announced and checked.
 */
final class Packing {

    private final MessageLimits limits;

    Packing(MessageLimits limits) {
        this.limits = limits;
    }

    /**
     * Replaces the body between {@code start} and the writer index by its packed form, if it is large enough, and an eighth smaller
     * for it, and not so much smaller that the peer would take it for an attack.
     */
    void pack(BodyKryo kryo, ByteBuf target, int start) {
        int bytes = target.writerIndex() - start;
        if (limits.packAboveBytes() == 0 || bytes <= limits.packAboveBytes()) {
            return;
        }
        int packedBytesMax = bytes - bytes / 8 - BodyForm.PACKED_HEADER_BYTES;
        if (packedBytesMax < 1) {
            return;
        }
        Deflater deflater = kryo.deflater();
        ByteBuf packed = target.alloc().heapBuffer(packedBytesMax, packedBytesMax);
        try {
            deflater.reset();
            deflater.setInput(target.internalNioBuffer(start, bytes));
            deflater.finish();
            int packedBytes = deflater.deflate(packed.array(), packed.arrayOffset(), packedBytesMax);
            if (!deflater.finished() || (long) packedBytes * limits.unpackRatioMax() < bytes) {
                return;
            }
            packed.writerIndex(packedBytes);
            target.writerIndex(start);
            target.writeByte(BodyForm.PACKED).writeInt(bytes).writeBytes(packed);
        } finally {
            deflater.reset();
            packed.release();
        }
    }

    /** Returns the unpacked body; to be released. */
    ByteBuf unpack(BodyKryo kryo, ByteBuf source, int start, int length) {
        int packedBytes = length - BodyForm.PACKED_HEADER_BYTES;
        if (packedBytes < 1) {
            throw KryoMessageCodec.notRead("what is packed is cut off: bytes=" + length, null);
        }
        int bytes = source.getInt(start + 1);
        if (bytes < 1 || bytes > limits.bodyBytesMax() || bytes > (long) packedBytes * limits.unpackRatioMax()) {
            throw KryoMessageCodec.notRead(
                    "it would unpack to too much: bytes=" + bytes + ", packedBytes=" + packedBytes + ", bytesMax="
                            + limits.bodyBytesMax() + ", ratioMax=" + limits.unpackRatioMax(),
                    null);
        }
        ByteBuffer packed = source.internalNioBuffer(start + BodyForm.PACKED_HEADER_BYTES, packedBytes);
        ByteBuf unpacked = source.alloc().heapBuffer(bytes, bytes);
        boolean isDone = false;
        Inflater inflater = kryo.inflater();
        try {
            inflater.reset();
            inflater.setInput(packed);
            int count = inflater.inflate(unpacked.array(), unpacked.arrayOffset(), bytes);
            if (count < bytes || !isAtEnd(inflater)) {
                throw KryoMessageCodec.notRead(
                        "it does not unpack to what it said: bytes=" + bytes + ", bytesUnpacked=" + count, null);
            }
            unpacked.writerIndex(bytes);
            isDone = true;
            return unpacked;
        } catch (DataFormatException e) {
            throw KryoMessageCodec.notRead("it cannot be unpacked: reason=" + e.getMessage(), e);
        } finally {
            inflater.reset();
            if (!isDone) {
                unpacked.release();
            }
        }
    }

    /** Returns whether nothing more comes out, and nothing more was put in. */
    private static boolean isAtEnd(Inflater inflater) throws DataFormatException {
        return inflater.inflate(new byte[1]) == 0 && inflater.finished() && inflater.getRemaining() == 0;
    }
}
