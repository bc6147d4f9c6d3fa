package io.stele.spi;

import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;

/**
 * Turns events, states and replies into bytes and back.
 *
 * <p>What it writes is kept for years: an implementation must read everything that any of its released versions wrote, and
 * it must never read a value into the wrong component without saying so.
 *
 * <h2>Threads</h2>
 * Any thread may call any method.
 */
public interface PayloadCodec {

    /**
     * Makes a class known, so that its stored values can be decoded before one was encoded. Of a sealed type all permitted
     * classes become known. Registering twice does nothing.
     *
     * @throws PayloadCodecException if its values cannot be stored; names the class and the reason
     * @throws IllegalArgumentException if another class has the same stored name; names both
     */
    void register(Class<?> type);

    /**
     * Returns under which name and version {@code value} is stored.
     *
     * @throws PayloadCodecException if values of this class cannot be stored; names the class and the reason
     */
    StoredType typeOf(Object value);

    /**
     * Writes {@code value} from the target's position on and advances it. Little-endian whatever the target's order is.
     *
     * @throws BufferOverflowException if the target has too little room; its position is where it was, its bytes beyond are
     *     undefined
     * @throws PayloadCodecException if the value cannot be stored
     */
    void encode(Object value, ByteBuffer target);

    /**
     * Returns whether what this codec writes is unreadable for whoever lacks a key. Then nothing that is derived from a value, such
     * as the hash of a state, may be stored in the open; what {@link #encodeCanonical} writes is in the open, and for comparing only.
     */
    default boolean hidesContent() {
        return false;
    }

    /**
     * Returns the name of the keys that this codec encrypts with; empty, as here, if it writes in plain. A data directory remembers it, and is
     * opened with no others. A codec around another one hands on what that says.
     */
    default String keyStoreId() {
        return "";
    }

    /**
     * Writes {@code value} so that equal values have equal bytes, in whatever order their sets and maps are iterated: what a
     * state's hash is taken of. May be slower than {@link #encode}, and {@link #decode} reads it just as well. Here it does what
     * {@link #encode} does; a codec for which that depends on such an order must override it. Throws as {@link #encode} does.
     */
    default void encodeCanonical(Object value, ByteBuffer target) {
        encode(value, target);
    }

    /**
     * Returns a number that changes when the version of {@code type} does, or what its values are written as: names and types of
     * components, through everything they contain. The same in every process. Cheap when asked again.
     *
     * @return 0 if this codec does not tell, or does not write values under this name and version
     */
    default long fingerprint(StoredType type) {
        return 0;
    }

    /**
     * Reads the value that stands between the payload's position and limit.
     *
     * @throws UnknownTypeException if no class here stands for the type
     * @throws PayloadCodecException if the bytes are not what this codec writes, or do not fit the class
     */
    Object decode(StoredType type, ByteBuffer payload);

    /**
     * Returns the codec for the values of one actor: its events, its states and its replies. Here it is this one; a codec that
     * encrypts has one for each. Cheap; asked once when an actor comes into memory, and again for each of its snapshots.
     */
    default PayloadCodec forActor(PersistenceId persistenceId) {
        return this;
    }

    /**
     * Returns whether what this codec is for was forgotten, so that nothing of it may be used any more, wherever it still is. Asked
     * before every command. Here it never is.
     */
    default boolean isForgotten() {
        return false;
    }
}
