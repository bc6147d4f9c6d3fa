package io.stele.codec;

import io.stele.spi.KeyMissingException;
import io.stele.spi.PayloadCodec;
import io.stele.spi.PayloadCodecException;
import io.stele.spi.StoredType;
import io.stele.spi.UnknownTypeException;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Writes records by the names of their components, and the values that an actor may have for a state or a reply: boxed numbers,
 * texts, constants. The bytes are a subset of Chronicle Wire's BINARY_LIGHT, little-endian, without padding.
 *
 * <pre>
 *   payload  =  fields                        a record: its components, in their order
 *            |  value                         anything else
 *   fields   =  { name value }
 *   name     =  C0+n n×Latin-1                 n ≤ 31
 *            |  B7 len len×Latin-1
 *   value    =  00…7F                         that number
 *            |  A1 u8 | A2 u16 | A3 u32       a whole number: the shortest that holds it
 *            |  A4 i8 | A5 i16 | A6 i32 | A7 i64
 *            |  90 f32 | 91 f64               float, double
 *            |  B0 | B1 | BB                  false, true, null (also an empty optional)
 *            |  E0+n n×text                   n ≤ 31
 *            |  B8 len len×text
 *            |  B2 | B3 | B4 | B5  len text   LocalTime, LocalDate, LocalDateTime, ZonedDateTime, as toString writes them
 *            |  A0 high64 low64               UUID
 *            |  size 8A bytes                 byte[]
 *            |  size { value }                list, set
 *            |  size { BD value value }       map: key and value in turn
 *            |  size fields                   a record inside of another value
 *            |  B6 len text value             a value that tells its type: an implementation of a sealed interface
 *   size     =  80 u8 | 81 u16 | 82 u32       how many bytes follow
 *   len      =  7 bits per byte, lowest first, 80 set in all but the last
 *   text     =  UTF-8, each half of a surrogate pair on its own (3 bytes)
 * </pre>
 *
 * <p>BigDecimal, BigInteger, char, the constants of enums, and what else there is of {@code java.time} are texts. An array has the
 * bytes of a list. Read but never
 * written: names after {@code B9 len}, or as a number after {@code BA}; fractions {@code 92 94 96} (a {@code len}-like number
 * divided by 10², 10⁴, 10⁶); a whole number written as a fraction.
 *
 * <h2>Change</h2>
 * A component may be added (missing ones are null, 0, or empty), removed (unknown ones are passed over), moved, renamed
 * ({@link FormerName}), given a value for where it is missing ({@link WhenMissing}), and widened. A value that does not fit its
 * component is refused, never cut. A type is renamed with {@link StoredName} or {@link FormerName}. A stored version is read by
 * the class of that version alone; there may be one class per version, so that upcasters can start from the old ones.
 *
 * <h2>Threads</h2>
 * Any thread may call any method.
 *
 * <h2>Cost</h2>
 * O(bytes). Writing a record of primitives and texts allocates nothing, reading allocates the result alone.
 */
public final class RecordCodec implements PayloadCodec {

    private static final int ENCRYPTED = 0x8f | 'S' << 8 | 'T' << 16 | 'E' << 24;

    private final Catalog catalog = new Catalog();
    private final Map<StoredType, Long> fingerprints = new ConcurrentHashMap<>();

    private RecordCodec() {}

    /** Returns a codec that knows {@code types}, as {@link Builder#register} does. Throws as that does. */
    public static RecordCodec of(Class<?>... types) {
        return builder().register(types).build();
    }

    /** Returns a builder that knows the built-in types alone. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public void register(Class<?> type) {
        try {
            catalog.register(type);
        } catch (Refusal refusal) {
            throw refusal.report("class cannot be stored", type.getName());
        }
    }

    /**
     * Returns the name and version of the value's class. A record or an enum that was not registered is registered now; another
     * process, or this one after a restart, cannot read it until it has met the class too, so register what you store.
     */
    @Override
    public StoredType typeOf(Object value) {
        try {
            return catalog.classOf(value).type();
        } catch (Refusal refusal) {
            throw refusal.report("value cannot be stored", value.getClass().getName());
        }
    }

    @Override
    public void encode(Object value, ByteBuffer target) {
        encode(value, target, 0);
    }

    /** {@inheritDoc} Sets and maps are written in the order of their encoded elements and keys. */
    @Override
    public void encodeCanonical(Object value, ByteBuffer target) {
        encode(value, target, Shape.CANONICAL);
    }

    private void encode(Object value, ByteBuffer target, int depth) {
        int start = target.position();
        ByteOrder order = target.order();
        boolean written = false;
        target.order(ByteOrder.LITTLE_ENDIAN);
        try {
            Shape shape = catalog.classOf(value).shape();
            if (shape instanceof RecordShape fields) {
                fields.writeFields(value, target, depth);
            } else {
                shape.write(value, target, depth);
            }
            written = true;
        } catch (Refusal refusal) {
            throw refusal.report("value cannot be stored", value.getClass().getName());
        } catch (BufferOverflowException | ReadOnlyBufferException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new PayloadCodecException(
                    "value cannot be stored, an accessor failed: type="
                            + value.getClass().getName() + ", reason=" + e,
                    e);
        } finally {
            target.order(order);
            if (!written) {
                target.position(start);
            }
        }
    }

    /** {@inheritDoc} Leaves the payload as it is, its position included. */
    @Override
    public Object decode(StoredType type, ByteBuffer payload) {
        PayloadReader in = PayloadReader.open(payload);
        try {
            StoredClass stored = in.find(catalog, type);
            if (stored == null) {
                throw unknown(type);
            }
            Object value = read(stored.shape(), in);
            in.requireEnd();
            return value;
        } catch (Refusal refusal) {
            throw orEncrypted(refusal.report("payload cannot be read", type.toString()), type, payload);
        } catch (PayloadCodecException e) {
            throw orEncrypted(e, type, payload);
        } catch (RuntimeException e) {
            throw new PayloadCodecException(
                    "payload cannot be read, a value refused to be put together: type=" + type + ", reason=" + e, e);
        } finally {
            in.close();
        }
    }

    /** Nothing that this codec writes begins so, and what does is in order: see docs/formats/encryption.md. */
    private static PayloadCodecException orEncrypted(PayloadCodecException e, StoredType type, ByteBuffer payload) {
        boolean isEncrypted = payload.remaining() >= Integer.BYTES
                && payload.duplicate().order(ByteOrder.LITTLE_ENDIAN).getInt(payload.position()) == ENCRYPTED;
        return isEncrypted
                ? new KeyMissingException(
                        "payload is encrypted, and was to be read without keys; open with those it was written with: type="
                                + type,
                        e)
                : e;
    }

    private UnknownTypeException unknown(StoredType type) {
        StoredClass named = catalog.find(type.name());
        if (named == null) {
            return new UnknownTypeException(
                    "payload cannot be read, its type is unknown here, register its class, give a"
                            + " class that name as a @FormerName, or add an upcaster: type=" + Json.shown(type.name())
                            + ", version=" + type.version() + ", known=" + catalog.names());
        }
        String why = type.version() > named.type().version()
                ? "a newer version of the program wrote it"
                : "it is of an earlier version than its class, keep a class of that version with an upcaster";
        return new UnknownTypeException("payload cannot be read, " + why + ": type=" + Json.shown(type.name())
                + ", version=" + type.version() + ", versionMax=" + named.type().version() + ", javaType="
                + named.javaType().getName());
    }

    private static Object read(Shape shape, PayloadReader in) {
        Object value = shape instanceof RecordShape fields ? fields.readFields(in) : shape.readOrNull(in);
        if (value == null) {
            throw new Refusal("the value is null", "");
        }
        return value;
    }

    /**
     * Returns a number that changes when what {@code type} is written as does: stored names, names and types of components,
     * constants, through everything it contains. The same in every process. Slow: for headers, once per class.
     *
     * @throws PayloadCodecException if values of the class cannot be stored
     */
    public long fingerprint(Class<?> type) {
        try {
            SchemaText text = new SchemaText();
            catalog.register(type).describe(text);
            return text.fingerprint();
        } catch (Refusal refusal) {
            throw refusal.report("class cannot be stored", type.getName());
        }
    }

    /**
     * Returns under which name and version values of {@code type} are stored, after registering it as {@link Builder#register} does.
     *
     * @throws PayloadCodecException if its values cannot be stored, or only as a part of others (an array, a sealed interface)
     */
    public StoredType storedType(Class<?> type) {
        try {
            catalog.register(type);
            StoredClass stored = catalog.find(type);
            if (stored == null) {
                throw new Refusal("the class has no stored form of its own", "javaType=" + type.getName());
            }
            return stored.type();
        } catch (Refusal refusal) {
            throw refusal.report("class cannot be stored", type.getName());
        }
    }

    /** {@inheritDoc} For version 1 it is the {@link #fingerprint(Class)} of the class. */
    @Override
    public long fingerprint(StoredType type) {
        StoredClass stored = catalog.find(type);
        if (stored == null) {
            return 0;
        }
        return fingerprints.computeIfAbsent(type, known -> {
            SchemaText text = new SchemaText();
            stored.shape().describe(text);
            return (type.version() == 1 ? text : text.add("#" + type.version())).fingerprint();
        });
    }

    /** Collects the classes that a codec knows from the start. Confined to one thread. */
    public static final class Builder {

        private @Nullable RecordCodec codec = new RecordCodec();

        private Builder() {}

        /**
         * Registers records, enums, and sealed interfaces of them, together with every class that their components lead to.
         *
         * @throws IllegalArgumentException if two classes have the same stored name; names both
         * @throws PayloadCodecException if a class, or a component, cannot be stored; names it and the reason
         */
        public Builder register(Class<?>... types) {
            for (Class<?> type : types) {
                try {
                    open().catalog.register(type);
                } catch (Refusal refusal) {
                    throw refusal.report("class cannot be stored", type.getName());
                }
            }
            return this;
        }

        /**
         * Lets values of a type of yours stand in records as texts of at most 10,000 characters: the address of something, an
         * identifier. They are found where a component is declared as {@code type} itself, not by their class.
         *
         * @param type what components are declared as
         * @param storedName 1 to 255 characters, part of the format
         * @param toText may throw; the value is then refused
         * @param fromText the other way; may throw; the payload is then refused
         * @throws IllegalArgumentException if the type or the name is known already
         */
        public <T> Builder text(
                Class<T> type, String storedName, Function<T, String> toText, Function<String, T> fromText) {
            open().catalog.add(ScalarShape.ofText(type, storedName, toText, fromText));
            return this;
        }

        /** Returns the codec; this builder is of no more use. */
        public RecordCodec build() {
            RecordCodec built = open();
            codec = null;
            return built;
        }

        private RecordCodec open() {
            if (codec == null) {
                throw new IllegalStateException("codec was built already, take a new builder");
            }
            return codec;
        }
    }
}
