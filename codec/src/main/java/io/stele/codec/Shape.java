package io.stele.codec;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** How values of one Java type are written and read. Immutable once registered: any thread. */
abstract class Shape {

    /** Added to a depth: sets and maps are written in an order of their own, not in that of their iteration. */
    static final int CANONICAL = 1 << 16;

    /**
     * Writes a value.
     *
     * @param depth in how many containers it stands, perhaps with {@link #CANONICAL}
     */
    abstract void write(Object value, ByteBuffer target, int depth);

    /** Reads a value that is not null. */
    abstract Object read(PayloadReader in);

    /** Appends what makes two shapes able to read each other's bytes. */
    abstract void describe(SchemaText out);

    /** What a component is when the stored record has no such field. */
    @Nullable Object missing() {
        return null;
    }

    /** What a stored null is read as. */
    @Nullable Object whenNull() {
        return null;
    }

    /** Reads the value from the name of a field, for maps that another writer wrote with names as keys. */
    Object fromName(String name) {
        throw new Refusal("a key is a name where a value is due", "name=" + Json.escape(name));
    }

    /** Returns the value that a text stands for: what is written in a {@link WhenMissing}. */
    Object parse(String text) {
        throw new Refusal(
                "a value for what is missing cannot be given as text, turn null into it in the constructor",
                "value=" + Json.shown(text));
    }

    /** Writes null itself. */
    void writeNull(ByteBuffer target) {
        PayloadWriter.putNull(target);
    }

    final void writeOrNull(@Nullable Object value, ByteBuffer target, int depth) {
        if (value == null) {
            writeNull(target);
        } else {
            write(value, target, depth);
        }
    }

    final @Nullable Object readOrNull(PayloadReader in) {
        return in.skipNull() ? whenNull() : read(in);
    }

    static int deeper(int depth) {
        if ((depth & ~CANONICAL) >= PayloadReader.DEPTH_MAX) {
            throw new Refusal("values are nested too deep", "depthMax=" + PayloadReader.DEPTH_MAX);
        }
        return depth + 1;
    }
}
