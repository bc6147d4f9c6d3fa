package io.stele.encryption;

import io.stele.spi.KeyMissingException;
import io.stele.spi.PayloadCodec;
import io.stele.spi.PayloadCodecException;
import io.stele.spi.PersistenceId;
import io.stele.spi.StoredType;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Encrypts what one actor stores. Reads what any key of the store has encrypted for that actor, and what was stored before there was
 * any encryption. Any thread.
 */
final class SubjectCodec implements PayloadCodec {
    private static final int BYTES_MIN = 256;
    private static final int BYTES_MAX = 256 << 20;

    private final SubjectKeys keys;
    private final PayloadCodec plain;
    private final PersistenceId persistenceId;
    private final @Nullable String subject;
    private volatile @Nullable SubjectKey key;

    SubjectCodec(SubjectKeys keys, PayloadCodec plain, PersistenceId persistenceId, @Nullable String subject) {
        this.keys = keys;
        this.plain = plain;
        this.persistenceId = persistenceId;
        this.subject = subject;
    }

    @Override
    public boolean isForgotten() {
        SubjectKey known = key;
        return known == null ? subject != null && keys.isForgotten(subject) : known.isForgotten();
    }

    @Override
    public String keyStoreId() {
        return keys.storeId();
    }

    @Override
    public void register(Class<?> type) {
        plain.register(type);
    }

    @Override
    public StoredType typeOf(Object value) {
        return plain.typeOf(value);
    }

    @Override
    public void encode(Object value, ByteBuffer target) {
        if (subject == null) {
            encodePlain(value, target);
            return;
        }
        SubjectKey known = keyOf(subject);
        byte[] sealed = seal(known, typeOf(value), bytesOf(value, target));
        if (target.remaining() < SealedPayload.HEADER_BYTES + sealed.length) {
            throw new BufferOverflowException();
        }
        SealedPayload.write(known.id, sealed, target);
    }

    @Override
    public void encodeCanonical(Object value, ByteBuffer target) {
        plain.encodeCanonical(value, target);
    }

    @Override
    public boolean hidesContent() {
        return subject != null;
    }

    @Override
    public long fingerprint(StoredType type) {
        return plain.fingerprint(type);
    }

    /** Refuses the one in 2³² payloads of a foreign codec that would be taken for an encrypted one. */
    private void encodePlain(Object value, ByteBuffer target) {
        int start = target.position();
        plain.encode(value, target);
        if (SealedPayload.is(target.duplicate().flip().position(start))) {
            target.position(start);
            throw new PayloadCodecException("value is stored as what begins like an encrypted payload: persistenceId="
                    + persistenceId + ", class=" + value.getClass().getName());
        }
    }

    private SubjectKey keyOf(String subject) {
        SubjectKey known = key;
        if (known == null) {
            known = keys.keyOf(subject);
            key = known;
        }
        if (known.isForgotten()) {
            throw SubjectKeys.forgotten(persistenceId);
        }
        return known;
    }

    private byte[] seal(SubjectKey known, StoredType type, byte[] bytes) {
        try {
            byte[] bound = SealedPayload.associatedData(known.id, persistenceId, type);
            return keys.aead(known, persistenceId).encrypt(bytes, bound);
        } catch (GeneralSecurityException e) {
            throw new PayloadCodecException("value cannot be encrypted: persistenceId=" + persistenceId, e);
        }
    }

    private byte[] bytesOf(Object value, ByteBuffer target) {
        for (int size = BYTES_MIN; ; size *= 2) {
            ByteBuffer bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
            try {
                plain.encode(value, bytes);
                return Arrays.copyOf(bytes.array(), bytes.position());
            } catch (BufferOverflowException e) {
                if (size >= target.remaining() || size >= BYTES_MAX) {
                    throw e; // encrypted it is longer still
                }
            }
        }
    }

    @Override
    public Object decode(StoredType type, ByteBuffer payload) {
        if (!SealedPayload.is(payload)) {
            return plain.decode(type, payload);
        }
        SealedPayload read = SealedPayload.read(payload);
        if (read == null) {
            throw new PayloadCodecException("encrypted payload is too short, or of a newer format: persistenceId="
                    + persistenceId + ", type=" + type);
        }
        SubjectKey used = keys.byId(read.keyId());
        if (used == null) {
            throw new KeyMissingException("key is missing; take the key file from where this data comes from:"
                    + " persistenceId=" + persistenceId + ", type=" + type + ", keyId="
                    + Long.toHexString(read.keyId()) + ", keyDirectory=" + keys.directory());
        }
        return plain.decode(type, ByteBuffer.wrap(open(used, read, type)));
    }

    private byte[] open(SubjectKey used, SealedPayload read, StoredType type) {
        byte[] sealed = new byte[read.sealed().remaining()];
        read.sealed().get(sealed);
        try {
            byte[] bound = SealedPayload.associatedData(read.keyId(), persistenceId, type);
            return keys.aead(used, persistenceId).decrypt(sealed, bound);
        } catch (GeneralSecurityException e) {
            throw new PayloadCodecException(
                    "encrypted payload was changed, or was not written here for this actor: persistenceId="
                            + persistenceId + ", type=" + type + ", keyId=" + Long.toHexString(read.keyId()),
                    e);
        }
    }
}
