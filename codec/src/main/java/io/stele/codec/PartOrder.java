package io.stele.codec;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Puts the encoded parts of a set or a map into the order of their bytes, so that equal ones are written alike.
 *
 * <pre>
 *   starts   v       v     v
 *   target   [ part ][part][ part ]      apply: the same parts, smallest first
 * </pre>
 *
 * <p>Confined to one write. Does nothing, and allocates nothing, unless the write is canonical.
 */
sealed class PartOrder {
    private static final PartOrder AS_THEY_COME = new PartOrder();

    private PartOrder() {}

    static PartOrder of(boolean isUnordered, int depth, ByteBuffer target) {
        return isUnordered && (depth & Shape.CANONICAL) != 0 ? new ByBytes(target) : AS_THEY_COME;
    }

    /** The next part is about to be written. */
    void next() {}

    /** All parts are written. */
    void apply() {}

    private static final class ByBytes extends PartOrder {
        private final ByteBuffer target;
        private final List<Integer> starts = new ArrayList<>();

        ByBytes(ByteBuffer target) {
            this.target = target;
        }

        @Override
        void next() {
            starts.add(target.position());
        }

        @Override
        void apply() {
            if (starts.size() < 2) {
                return;
            }
            next();
            byte[][] parts = new byte[starts.size() - 1][];
            for (int i = 0; i < parts.length; i++) {
                parts[i] = new byte[starts.get(i + 1) - starts.get(i)];
                target.get(starts.get(i), parts[i]);
            }
            Arrays.sort(parts, Arrays::compareUnsigned);
            target.position(starts.get(0));
            for (byte[] part : parts) {
                target.put(part);
            }
        }
    }
}
