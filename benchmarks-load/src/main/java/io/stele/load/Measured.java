package io.stele.load;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * What a load has found.
 *
 * @param ops how many operations were done meanwhile
 * @param elapsedNs wall time
 * @param allocatedBytes heap bytes that all threads allocated meanwhile; for {@code idle}, those that are kept
 * @param latencyNs of single operations; null where none were timed
 */
public record Measured(
        long ops,
        long elapsedNs,
        long allocatedBytes,
        @Nullable Histogram latencyNs) {
    private static final String MARK = "measured";
    private static final String NO_LATENCY = "-";

    /** Returns it as one line. */
    public String toLine() {
        return String.join(
                " ",
                MARK,
                Long.toString(ops),
                Long.toString(elapsedNs),
                Long.toString(allocatedBytes),
                encode(latencyNs));
    }

    /**
     * Reads a line; null if it is another one.
     *
     * @throws IllegalArgumentException if it is damaged
     */
    public static @Nullable Measured ofLine(String line) {
        String[] fields = line.split(" ", -1);
        if (fields.length != 5 || !fields[0].equals(MARK)) {
            return null;
        }
        return new Measured(
                Long.parseLong(fields[1]), Long.parseLong(fields[2]), Long.parseLong(fields[3]), decode(fields[4]));
    }

    private static String encode(@Nullable Histogram histogram) {
        if (histogram == null) {
            return NO_LATENCY;
        }
        ByteBuffer bytes = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        int length = histogram.encodeIntoCompressedByteBuffer(bytes);
        return Base64.getEncoder().encodeToString(java.util.Arrays.copyOf(bytes.array(), length));
    }

    private static @Nullable Histogram decode(String text) {
        if (text.equals(NO_LATENCY)) {
            return null;
        }
        try {
            return Histogram.decodeFromCompressedByteBuffer(
                    ByteBuffer.wrap(Base64.getDecoder().decode(text)), 0);
        } catch (DataFormatException e) {
            throw new IllegalArgumentException("latencies cannot be read: length=" + text.length(), e);
        }
    }
}
