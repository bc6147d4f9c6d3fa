package io.stele.encryption;

import io.stele.spi.PayloadCodec;
import io.stele.spi.PayloadCodecException;
import io.stele.spi.PersistenceId;
import io.stele.spi.StoredType;
import java.nio.ByteBuffer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Knows no actor yet, so it can read what is not encrypted, and nothing else. */
final class EncryptingCodec implements PayloadCodec {
    private final SubjectKeys keys;
    private final PayloadCodec plain;
    private final Function<PersistenceId, @Nullable String> subjectOf;

    EncryptingCodec(SubjectKeys keys, PayloadCodec plain, Function<PersistenceId, @Nullable String> subjectOf) {
        this.keys = keys;
        this.plain = plain;
        this.subjectOf = subjectOf;
    }

    @Override
    public PayloadCodec forActor(PersistenceId persistenceId) {
        return new SubjectCodec(keys, plain.forActor(persistenceId), persistenceId, subjectOf.apply(persistenceId));
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
        throw new PayloadCodecException(
                "value was not encrypted, for nobody said whose it is; use codec.forActor(id): class="
                        + value.getClass().getName());
    }

    @Override
    public long fingerprint(StoredType type) {
        return plain.fingerprint(type);
    }

    /** {@inheritDoc} In plain: it is hashed, never stored. */
    @Override
    public void encodeCanonical(Object value, ByteBuffer target) {
        plain.encodeCanonical(value, target);
    }

    @Override
    public Object decode(StoredType type, ByteBuffer payload) {
        if (SealedPayload.is(payload)) {
            throw new PayloadCodecException(
                    "payload is encrypted, and nobody said whose it is; use codec.forActor(id): type=" + type);
        }
        return plain.decode(type, payload);
    }
}
