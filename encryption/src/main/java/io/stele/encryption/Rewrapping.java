package io.stele.encryption;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Map;
import java.util.function.LongFunction;

/**
 * Wraps keys that one master key has wrapped by another one. Any thread; changes nothing by itself.
 *
 * @param former what they are wrapped with
 * @param next what they will be wrapped with
 * @param wrappedOf a key as the former one has wrapped it, by its id
 */
record Rewrapping(MasterKey former, MasterKey next, LongFunction<byte[]> wrappedOf) {

    KeySlot wrap(KeySlot slot, Map<Long, byte[]> wrappedAnew) throws IOException {
        try {
            if (slot.kind() == KeySlot.HEADER) {
                return header(slot.subject(), slot.timeMs(), next);
            }
            if (slot.kind() != KeySlot.KEY) {
                return slot;
            }
            byte[] key = former.unwrap(slot.wrapped(), keyData(slot.keyId(), slot.subject()));
            byte[] wrapped = next.wrap(key, keyData(slot.keyId(), slot.subject()));
            Arrays.fill(key, (byte) 0);
            requireLength(wrapped);
            wrappedAnew.put(slot.keyId(), wrapped);
            return KeySlot.key(slot.subject(), slot.keyId(), slot.timeMs(), slot.reference(), wrapped);
        } catch (GeneralSecurityException e) {
            throw new IOException("key cannot be wrapped: keyId=" + Long.toHexString(slot.keyId()) + ", cause=" + e, e);
        }
    }

    /** What cannot be unwrapped again is not worth the name of a key, and the old table is still there. */
    KeySlot requireSame(KeySlot slot) throws IOException {
        if (slot.kind() == KeySlot.HEADER && !fits(slot, next)) {
            throw new IOException("master key does not unwrap what it has wrapped");
        }
        if (slot.kind() == KeySlot.KEY) {
            byte[] data = keyData(slot.keyId(), slot.subject());
            try {
                byte[] after = next.unwrap(slot.wrapped(), data);
                byte[] before = former.unwrap(wrappedOf.apply(slot.keyId()), data);
                if (!Arrays.equals(before, after)) {
                    throw new IOException("master key unwraps another key: keyId=" + Long.toHexString(slot.keyId()));
                }
            } catch (GeneralSecurityException e) {
                throw new IOException(
                        "key cannot be unwrapped: keyId=" + Long.toHexString(slot.keyId()) + ", cause=" + e, e);
            }
        }
        return slot;
    }

    static KeySlot header(String storeId, long timeMs, MasterKey master) throws GeneralSecurityException {
        byte[] check = master.wrap(storeId.getBytes(StandardCharsets.UTF_8), checkData());
        requireLength(check);
        return new KeySlot(KeySlot.HEADER, storeId, 0, timeMs, 0, check);
    }

    static boolean fits(KeySlot header, MasterKey master) {
        try {
            byte[] check = master.unwrap(header.wrapped(), checkData());
            return Arrays.equals(check, header.subject().getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    static void requireLength(byte[] wrapped) throws GeneralSecurityException {
        if (wrapped.length > MasterKey.WRAPPED_BYTES_MAX) {
            throw new GeneralSecurityException("wrapped key is too long: lengthBytes=" + wrapped.length);
        }
    }

    static byte[] checkData() {
        return "stele-keys/1".getBytes(StandardCharsets.UTF_8);
    }

    static byte[] keyData(long id, String subject) {
        byte[] text = subject.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + text.length).putLong(id).put(text).array();
    }
}
