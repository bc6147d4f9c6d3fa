package io.stele.remote;

import com.esotericsoftware.kryo.kryo5.io.ByteBufferInput;
import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.KryoBufferOverflowException;
import io.netty.buffer.ByteBuf;
import io.stele.spi.StoredType;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * By number where both sides agree on every class in a message, by name where they do not: {@link BodyForm}.
 *
 * <p>Encoding starts by number and gives up at the first class that the peer writes differently; then the message goes by name as
 * a whole. Which of its types do so is known from the handshake, so that only a message with such a class deep inside, behind
 * {@code Object} or a sealed interface, is begun twice.
 */
final class KryoMessageCodec implements MessageCodec {

    private static final int NAMED_BYTES_MIN = 512;

    private final MessageTypes types;
    private final MessageLimits limits;
    private final SchemaTable table;
    private final BodyPool pool;
    private final Packing packing;
    private final LongAdder encodedCount = new LongAdder();

    KryoMessageCodec(Collection<Class<?>> classes, RefResolver refs, MessageLimits limits) {
        this.limits = limits;
        types = new MessageTypes(classes, refs);
        pool = new BodyPool(() -> new BodyKryo(new NumberedClasses(types), refs));
        packing = new Packing(limits);
        List<SchemaTable.Entry> entries = new ArrayList<>();
        for (MessageType type : types.all()) {
            if (type.id() >= MessageTypes.USER_ID_MIN) {
                StoredType stored = type.stored();
                entries.add(new SchemaTable.Entry(type.id(), stored.name(), stored.version(), type.fingerprint()));
                type.formerNames()
                        .forEach(former -> entries.add(new SchemaTable.Entry(0, former, stored.version(), 0)));
            }
        }
        table = new SchemaTable(entries);
    }

    @Override
    public SchemaTable local() {
        return table;
    }

    /** Returns how many messages were turned into bytes, copies of what was encoded once not counted. */
    long encodedCount() {
        return encodedCount.sum();
    }

    @Override
    public PeerSchema negotiate(SchemaTable theirs) {
        Map<StoredType, SchemaTable.Entry> byName = new HashMap<>();
        int idLimit = MessageTypes.USER_ID_MIN;
        for (SchemaTable.Entry entry : theirs.entries()) {
            byName.put(new StoredType(entry.name(), entry.version()), entry);
            idLimit = Math.max(idLimit, entry.id() + 1);
        }
        PeerSchema.Builder schema = new PeerSchema.Builder(types.idLimit(), idLimit);
        for (MessageType type : types.all()) {
            StoredType stored = type.stored();
            if (type.id() < MessageTypes.USER_ID_MIN) {
                schema.byName(type.id(), stored);
                continue;
            }
            SchemaTable.Entry same = byName.get(stored);
            if (same != null && same.id() != 0 && same.fingerprint() == type.fingerprint()) {
                schema.same(type.id(), same.id(), stored);
                continue;
            }
            StoredType named = same != null ? stored : former(type, byName);
            if (named != null) {
                schema.byName(type.id(), named);
            }
        }
        return schema.build();
    }

    private static @Nullable StoredType former(MessageType type, Map<StoredType, SchemaTable.Entry> byName) {
        for (String name : type.formerNames()) {
            StoredType former = new StoredType(name, type.stored().version());
            if (byName.containsKey(former)) {
                return former;
            }
        }
        return null;
    }

    // Encoding.

    @Override
    public void encode(Object message, PeerSchema peer, ByteBuf target) {
        MessageType type = requireRegistered(message);
        boolean byNumber = type.id() < MessageTypes.USER_ID_MIN || peer.ours(type.id()) == PeerSchema.SAME;
        if (byNumber && putNumbered(message, target, peer, null)) {
            return;
        }
        putNamed(message, type, peer, target);
    }

    private MessageType requireRegistered(Object message) {
        MessageType type = types.typeOf(message);
        if (type == null) {
            throw new MessageRefusedException(
                    "message was not sent, its class is not registered, add it to the message types: javaType="
                            + message.getClass().getName(),
                    null);
        }
        return type;
    }

    /**
     * Puts a message by number.
     *
     * @param used takes the numbers of all classes in it; then the message is written as if the peer knew them all
     * @return false if a class is not the same on both sides; nothing was written
     */
    @SuppressWarnings("checkstyle:IllegalCatch") // whatever accessors and resolvers throw, the message was not sent
    private boolean putNumbered(Object message, ByteBuf target, @Nullable PeerSchema peer, @Nullable BitSet used) {
        int start = target.writerIndex();
        boolean isWritten = false;
        BodyKryo kryo = pool.take();
        try {
            kryo.classes.peer(peer);
            if (used != null) {
                kryo.classes.noteUsed(used);
            }
            target.writeByte(BodyForm.NUMBERED);
            if (target.hasArray()) {
                kryo.heapOut.open(target, limits.bodyBytesMax() - 1);
                kryo.writeClassAndObject(kryo.heapOut, message);
                kryo.heapOut.commit();
            } else {
                kryo.directOut.open(target, limits.bodyBytesMax() - 1);
                kryo.writeClassAndObject(kryo.directOut, message);
                kryo.directOut.commit();
            }
            requireSize(message, target, start);
            packing.pack(kryo, target, start);
            encodedCount.increment();
            isWritten = true;
            return true;
        } catch (NumberedClasses.NotTheSame e) {
            return false;
        } catch (MessageRefusedException e) {
            throw e;
        } catch (KryoBufferOverflowException e) {
            throw tooLarge(message, e);
        } catch (RuntimeException e) {
            throw notSent(message, e);
        } finally {
            if (!isWritten) {
                target.writerIndex(start);
            }
            pool.giveBack(kryo);
        }
    }

    @SuppressWarnings("checkstyle:IllegalCatch") // as above
    private void putNamed(Object message, MessageType type, PeerSchema peer, ByteBuf target) {
        StoredType named = peer.nameOf(type.id());
        if (named == null) {
            throw new MessageRefusedException(
                    "message was not sent, the peer does not know its type: type=" + type.stored(), null);
        }
        int start = target.writerIndex();
        boolean isWritten = false;
        try {
            byte[] name = named.name().getBytes(StandardCharsets.ISO_8859_1);
            target.writeByte(BodyForm.NAMED)
                    .writeByte(name.length)
                    .writeBytes(name)
                    .writeShort(named.version());
            putFields(message, target, start);
            requireSize(message, target, start);
            BodyKryo kryo = pool.take();
            try {
                packing.pack(kryo, target, start);
            } finally {
                pool.giveBack(kryo);
            }
            encodedCount.increment();
            isWritten = true;
        } catch (MessageRefusedException e) {
            throw e;
        } catch (RuntimeException e) {
            throw notSent(message, e);
        } finally {
            if (!isWritten) {
                target.writerIndex(start);
            }
        }
    }

    /** Puts the fields, with more and more room until they fit. */
    private void putFields(Object message, ByteBuf target, int start) {
        int roomMax = limits.bodyBytesMax() - (target.writerIndex() - start);
        for (int room = Math.min(NAMED_BYTES_MIN, roomMax); ; room = Math.min(2 * room, roomMax)) {
            target.ensureWritable(room);
            ByteBuffer view = target.internalNioBuffer(target.writerIndex(), room);
            int from = view.position();
            try {
                types.records().encode(message, view);
                target.writerIndex(target.writerIndex() + view.position() - from);
                return;
            } catch (BufferOverflowException e) {
                if (room >= roomMax) {
                    throw tooLarge(message, e);
                }
            }
        }
    }

    private void requireSize(Object message, ByteBuf target, int start) {
        if (target.writerIndex() - start > limits.bodyBytesMax()) {
            throw tooLarge(message, null);
        }
    }

    private MessageRefusedException tooLarge(Object message, @Nullable Throwable cause) {
        return new MessageRefusedException(
                "message was not sent, it is larger than a body may be: javaType="
                        + message.getClass().getName() + ", bodyBytesMax=" + limits.bodyBytesMax(),
                cause);
    }

    private static MessageRefusedException notSent(Object message, RuntimeException cause) {
        return new MessageRefusedException(
                "message was not sent, it cannot be written: javaType="
                        + message.getClass().getName() + ", reason=" + cause.getMessage(),
                cause);
    }

    @Override
    public EncodedMessage encodeOnce(Object message) {
        return new OnceEncoded(message);
    }

    // Decoding.

    @Override
    @SuppressWarnings("checkstyle:IllegalCatch") // constructors of messages are somebody else's
    public Object decode(ByteBuf source, int length, PeerSchema peer) {
        if (length < 1 || length > limits.bodyBytesMax() || length > source.readableBytes()) {
            throw notRead("its size is out of range: bytes=" + length + ", bytesMax=" + limits.bodyBytesMax(), null);
        }
        BodyKryo kryo = pool.take();
        try {
            int end = source.readerIndex() + length;
            Object message = takeBody(kryo, source, length, peer, true);
            source.readerIndex(end);
            return message;
        } catch (MessageRefusedException e) {
            throw e;
        } catch (VirtualMachineError e) {
            throw e;
        } catch (Throwable e) {
            throw notRead("reason=" + e.getMessage(), e);
        } finally {
            pool.giveBack(kryo);
        }
    }

    private Object takeBody(BodyKryo kryo, ByteBuf source, int length, PeerSchema peer, boolean mayBePacked) {
        int start = source.readerIndex();
        int form = source.getByte(start);
        return switch (form) {
            case BodyForm.NUMBERED -> takeNumbered(kryo, source, start + 1, length - 1, peer);
            case BodyForm.NAMED -> takeNamed(source, start, length);
            case BodyForm.PACKED -> {
                if (!mayBePacked) {
                    throw notRead("it is packed twice", null);
                }
                ByteBuf unpacked = packing.unpack(kryo, source, start, length);
                try {
                    yield takeBody(kryo, unpacked, unpacked.readableBytes(), peer, false);
                } finally {
                    unpacked.release();
                }
            }
            default -> throw notRead("its form is unknown: form=" + form, null);
        };
    }

    private static Object takeNumbered(BodyKryo kryo, ByteBuf source, int index, int length, PeerSchema peer) {
        kryo.classes.peer(peer);
        Input in;
        if (source.hasArray()) {
            kryo.heapIn.open(source.array(), source.arrayOffset() + index, length);
            in = kryo.heapIn;
        } else {
            ByteBufferInput direct = kryo.directIn;
            direct.setBuffer(source.internalNioBuffer(index, length));
            in = direct;
        }
        Object message = kryo.readClassAndObject(in);
        if (message == null) {
            throw notRead("it is null", null);
        }
        int left = in.limit() - in.position();
        if (left != 0) {
            throw notRead("bytes follow it: bytesLeft=" + left, null);
        }
        return message;
    }

    private Object takeNamed(ByteBuf source, int start, int length) {
        int nameBytes = length < 2 ? 0 : source.getUnsignedByte(start + 1);
        int headerBytes = 2 + nameBytes + 2;
        if (nameBytes == 0 || headerBytes > length) {
            throw notRead("its name is cut off: nameBytes=" + nameBytes, null);
        }
        String name = source.toString(start + 2, nameBytes, StandardCharsets.ISO_8859_1);
        int version = source.getUnsignedShort(start + 2 + nameBytes);
        if (version == 0) {
            throw notRead("its version is 0", null);
        }
        ByteBuffer payload = source.internalNioBuffer(start + headerBytes, length - headerBytes);
        return types.records().decode(new StoredType(name, version), payload);
    }

    static MessageRefusedException notRead(String what, @Nullable Throwable cause) {
        return new MessageRefusedException("message was not read, " + what, cause);
    }

    /**
     * The bytes of a message by number, made when first asked for, and by name, made when a peer first needs that. Any thread; two
     * that come first at once may both encode.
     */
    private final class OnceEncoded implements EncodedMessage {
        private final Object message;
        private final MessageType type;
        private final BitSet used = new BitSet();
        private volatile byte @Nullable [] numbered;
        private volatile @Nullable StoredType latestName;
        private volatile byte @Nullable [] named;

        OnceEncoded(Object message) {
            this.message = message;
            type = requireRegistered(message);
        }

        @Override
        public Object message() {
            return message;
        }

        @Override
        public void writeTo(PeerSchema peer, ByteBuf target) {
            byte[] bytes = numbered(target);
            target.writeBytes(isSame(peer) ? bytes : named(peer, target));
        }

        private synchronized byte[] numbered(ByteBuf like) {
            byte[] bytes = numbered;
            if (bytes == null) {
                bytes = copy(like, scratch -> putNumbered(message, scratch, null, used));
                numbered = bytes;
            }
            return bytes;
        }

        private synchronized byte[] named(PeerSchema peer, ByteBuf like) {
            byte[] bytes = named;
            StoredType name = peer.nameOf(type.id());
            if (bytes == null || !java.util.Objects.equals(name, latestName)) {
                bytes = copy(like, scratch -> putNamed(message, type, peer, scratch));
                named = bytes;
                latestName = name;
            }
            return bytes;
        }

        private boolean isSame(PeerSchema peer) {
            for (int id = used.nextSetBit(MessageTypes.USER_ID_MIN); id >= 0; id = used.nextSetBit(id + 1)) {
                if (peer.ours(id) != PeerSchema.SAME) {
                    return false;
                }
            }
            return true;
        }

        private byte[] copy(ByteBuf like, java.util.function.Consumer<ByteBuf> writer) {
            ByteBuf scratch = like.alloc().heapBuffer();
            try {
                writer.accept(scratch);
                byte[] bytes = new byte[scratch.readableBytes()];
                scratch.readBytes(bytes);
                return bytes;
            } finally {
                scratch.release();
            }
        }
    }
}
