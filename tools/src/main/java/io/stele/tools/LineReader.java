package io.stele.tools;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads whole lines. What stands behind the last line break is not a line: whoever wrote it was killed in the middle, and half
 * a number is another number.
 *
 * <p>Confined to one thread.
 */
final class LineReader {
    private final InputStream source;
    private final byte[] chunk = new byte[16 * 1024];
    private int next;
    private int end;
    private byte[] line = new byte[256];

    LineReader(InputStream source) {
        this.source = source;
    }

    /** Returns the next line without its break, or null if there is no further whole line. */
    @Nullable String next() throws IOException {
        int length = 0;
        while (true) {
            if (next == end) {
                next = 0;
                end = source.read(chunk);
            }
            if (end < 0) {
                end = 0;
                return null;
            }
            byte b = chunk[next++];
            if (b == '\n') {
                return new String(line, 0, length, StandardCharsets.UTF_8);
            }
            if (length == line.length) {
                line = Arrays.copyOf(line, 2 * length);
            }
            line[length++] = b;
        }
    }
}
