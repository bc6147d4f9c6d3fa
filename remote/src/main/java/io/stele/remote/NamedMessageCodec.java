package io.stele.remote;

import io.netty.buffer.ByteBuf;
import io.stele.codec.RecordCodec;
import io.stele.runtime.ActorRef;
import io.stele.spi.PayloadCodecException;
import io.stele.spi.StoredType;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collection;

/** Everything by name. Gives way to the codec that knows numbers. */
final class NamedMessageCodec implements MessageCodec {

    private final RecordCodec records;
    private final MessageLimits limits;
    private final SchemaTable table;

    NamedMessageCodec(Collection<Class<?>> types, RefResolver refs, MessageLimits limits) {
        this.limits = limits;
        records = RecordCodec.builder()
                .text(refClass(), "actor-ref", refs::addressOf, refs::resolve)
                .register(types.toArray(Class<?>[]::new))
                .build();
        java.util.List<SchemaTable.Entry> entries = new java.util.ArrayList<>();
        for (Class<?> type : types) {
            if (!type.isSealed()) {
                StoredType stored = records.storedType(type);
                entries.add(new SchemaTable.Entry(
                        64 + entries.size(), stored.name(), stored.version(), records.fingerprint(type)));
            }
        }
        table = new SchemaTable(entries);
    }

    @SuppressWarnings("unchecked")
    private static Class<ActorRef<?>> refClass() {
        return (Class<ActorRef<?>>) (Class<?>) ActorRef.class;
    }

    @Override
    public SchemaTable local() {
        return table;
    }

    @Override
    public PeerSchema negotiate(SchemaTable theirs) {
        return new PeerSchema(new byte[0], new short[0]);
    }

    @Override
    public void encode(Object message, PeerSchema peer, ByteBuf target) {
        int start = target.writerIndex();
        try {
            StoredType type = records.typeOf(message);
            ByteBuffer bytes = ByteBuffer.allocate(limits.bodyBytesMax());
            records.encode(message, bytes);
            byte[] name = type.name().getBytes(StandardCharsets.ISO_8859_1);
            target.writeByte(name.length).writeBytes(name).writeShort(type.version());
            target.writeBytes(bytes.flip());
        } catch (PayloadCodecException | java.nio.BufferOverflowException e) {
            target.writerIndex(start);
            throw new MessageRefusedException("message cannot be sent: reason=" + e.getMessage(), e);
        }
    }

    @Override
    public EncodedMessage encodeOnce(Object message) {
        return new EncodedMessage() {
            @Override
            public Object message() {
                return message;
            }

            @Override
            public void writeTo(PeerSchema peer, ByteBuf target) {
                encode(message, peer, target);
            }
        };
    }

    @Override
    public Object decode(ByteBuf source, int length, PeerSchema peer) {
        try {
            ByteBuf body = source.readSlice(length);
            String name = body.readCharSequence(body.readUnsignedByte(), StandardCharsets.ISO_8859_1)
                    .toString();
            StoredType type = new StoredType(name, body.readUnsignedShort());
            return records.decode(type, body.nioBuffer());
        } catch (RuntimeException e) {
            throw new MessageRefusedException("message cannot be read: reason=" + e.getMessage(), e);
        }
    }
}
