package io.stele.journal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/**
 * The part of a segment file that is in memory: a small piece at first, larger ones as long as reading goes on, and once it has
 * gone on for long, the next piece is read ahead.
 *
 * <pre>
 *   file    … ][ begun record | rest, record, record, … begun record | rest …
 *                      piece n                                       piece n + 1, by {@link ReadAhead}
 *
 *   bytes   [   HEAD_BYTES, with the begun record at its end | piece n + 1           ]
 * </pre>
 *
 * <p>Confined to one thread. Serves one segment after the other. Allocates only while it grows.
 */
final class ReadBuffers implements AutoCloseable {
    /** How long a piece is when reading goes on. */
    static final int BYTES_MAX = 256 << 10;

    private static final int BYTES_FIRST = 4 << 10;
    private static final int BYTES_FIRST_OF_SINGLE = 512;
    private static final int HEAD_BYTES = 64 << 10;
    private static final int FILLS_BEFORE_READING_AHEAD = 2;

    private final int bytesMax;
    private final boolean isOfSingles;
    private RecordBytes bytes = RecordBytes.EMPTY;
    private @Nullable RecordBytes spare;
    private @Nullable ReadAhead readAhead;

    /** Where in the file index 0 of the bytes would be. */
    private long fileAt;

    private int from;
    private int to;
    private int fills;
    private boolean isFull;
    private int checkedFrom;
    private int checkedTo;

    /**
     * Starts empty.
     *
     * @param bytesMax how long a piece may become; reads ahead only if that is {@link #BYTES_MAX}
     */
    ReadBuffers(int bytesMax) {
        this(bytesMax, bytesMax < BYTES_MAX);
    }

    private ReadBuffers(int bytesMax, boolean isOfSingles) {
        this.bytesMax = bytesMax;
        this.isOfSingles = isOfSingles;
    }

    /** Buffers of {@link #BYTES_MAX} for somebody who looks for single records most of the time. */
    static ReadBuffers ofSingles() {
        return new ReadBuffers(BYTES_MAX, true);
    }

    int bytesMax() {
        return bytesMax;
    }

    /** Returns how long the first piece is. Who looks for single records pays for every cache line that comes along. */
    int bytesFirst() {
        return isOfSingles ? BYTES_FIRST_OF_SINGLE : BYTES_FIRST;
    }

    /** Returns the bytes themselves; others after {@link #fill}. */
    RecordBytes bytes() {
        return bytes;
    }

    /** Returns where in {@link #bytes} the byte at {@code offset} of the file is, if {@link #ahead} is not 0. */
    int index(long offset) {
        return (int) (offset - fileAt);
    }

    /** Returns how many bytes are there from {@code offset} of the file on. */
    int ahead(long offset) {
        long index = offset - fileAt;
        return index >= from && index < to ? to - (int) index : 0;
    }

    /** Returns whether what is there was read from the file for {@code offset}: nothing before it, and not ahead of time. */
    boolean isJustRead(long offset) {
        return offset - fileAt == from && fills == 0;
    }

    /** Returns whether the checksum of a record was compared when it was read; both are indexes of {@link #bytes}. */
    boolean isChecked(int record, int recordEnd) {
        return recordEnd <= checkedTo && record > checkedFrom;
    }

    /** Forgets what was read. */
    void clear() {
        checkedTo = 0;
        from = 0;
        to = 0;
        fills = 0;
        drop();
    }

    /**
     * Makes bytes from {@code offset} on available.
     *
     * @param count how many are needed
     * @param wanted how many to read if the file has them, at least {@code count}
     * @return how many are there; fewer than needed only if the file has fewer
     */
    int fill(FileChannel file, long offset, int count, int wanted) throws IOException {
        boolean isNext = to > 0 && offset - fileAt >= from && offset - fileAt <= to;
        fills = isNext && wanted == BYTES_MAX ? fills + 1 : 0;
        if (!isNext || !takeReadAhead(offset) || ahead(offset) < count) {
            read(file, offset, count, wanted);
        }
        if (fills >= FILLS_BEFORE_READING_AHEAD && isFull) {
            requestNext(file, offset);
        }
        return ahead(offset);
    }

    private void read(FileChannel file, long offset, int count, int wanted) throws IOException {
        drop();
        from = 0;
        to = 0;
        isFull = false;
        checkedTo = 0;
        if (wanted > bytes.capacity()) {
            if (offset + count > file.size()) {
                return; // a length that no file could hold is not worth a buffer
            }
            bytes = new RecordBytes(wanted);
        }
        bytes.target.clear().limit(wanted);
        while (bytes.target.hasRemaining() && file.read(bytes.target, offset + bytes.target.position()) >= 0) {
            // a read may return less than was asked for
        }
        fileAt = offset;
        to = bytes.target.position();
        isFull = to == wanted;
    }

    /** Swaps to what was read ahead, moving the record that had begun in front of it; false if there is nothing. */
    private boolean takeReadAhead(long offset) throws IOException {
        ReadAhead ahead = readAhead;
        RecordBytes next = spare;
        int begun = to - index(offset);
        if (ahead == null || next == null || !ahead.isRequested() || begun > HEAD_BYTES) {
            return false;
        }
        long end = ahead.offset();
        int read = ahead.await();
        System.arraycopy(bytes.array, to - begun, next.array, HEAD_BYTES - begun, begun);
        spare = bytes.capacity() == next.capacity() ? bytes : null;
        bytes = next;
        fileAt = end - HEAD_BYTES;
        from = HEAD_BYTES - begun;
        to = HEAD_BYTES + read;
        isFull = read == BYTES_MAX;
        checkedFrom = ahead.checkedFrom();
        checkedTo = ahead.checkedTo();
        return read > 0;
    }

    private void requestNext(FileChannel file, long offset) {
        RecordBytes next = spare;
        if (next == null) {
            next = new RecordBytes(HEAD_BYTES + BYTES_MAX);
            spare = next;
        }
        ReadAhead ahead = readAhead;
        if (ahead == null) {
            ahead = new ReadAhead();
            readAhead = ahead;
        }
        ahead.behind(bytes, index(offset), to);
        ahead.request(file, fileAt + to, next, HEAD_BYTES);
    }

    /** Waits for what is being read ahead, and drops it. After this the file may be closed. */
    void drop() {
        if (readAhead != null && readAhead.isRequested()) {
            try {
                readAhead.await();
            } catch (IOException e) {
                fills = 0; // whoever needs these bytes will read them, and be told
            }
        }
    }

    /** As {@link #drop}, and ends the thread. */
    void stopReadingAhead() {
        if (readAhead != null) {
            readAhead.close();
            readAhead = null;
        }
    }

    @Override
    public void close() {
        clear();
        stopReadingAhead();
    }
}
