package io.stele.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Reads the next piece of a segment on a thread of its own while the piece before it is being looked at, and compares the checksums
 * of the records that lie wholly in it. Copying from the page cache and computing checksums take longer than all the rest.
 *
 * <pre>
 *   reader:   [ decode 1          ][ decode 2          ][ decode 3 ] …
 *   thread:   [ read 2 ][ check 2 ][ read 3 ][ check 3 ] …
 * </pre>
 *
 * <p>Checking stops when the reader has nothing left to decode; it checks the rest itself.
 *
 * <p>One request at a time, by one thread; the thread lives from the first request to {@link #close}. Allocates only then.
 */
final class ReadAhead implements AutoCloseable {
    private static final int IDLE = 0;
    private static final int REQUESTED = 1;
    private static final int DONE = 2;
    private static final int CLOSED = 3;
    private static final int SPINS = 2_000;
    private static final int LOOKS_MASK = 15;
    /** The JDK reads into native memory first and copies from there: so much that it is still in the nearest cache then. */
    private static final int SLICE_BYTES = 32 << 10;

    private final Thread thread = new Thread(this::run, "stele-read-ahead");
    private volatile int state = IDLE;
    private volatile @Nullable Thread waiter;

    private @Nullable FileChannel channel;
    private RecordBytes target = RecordBytes.EMPTY;
    private long offset;
    private int start;
    private int count;
    private RecordBytes previous = RecordBytes.EMPTY;
    private int previousAt;
    private int previousEnd;
    private int checkedFrom;
    private int checkedTo;
    private final CRC32C crc32c = new CRC32C();
    private @Nullable IOException failure;

    ReadAhead() {
        thread.setDaemon(true);
    }

    /**
     * Says what comes right before the next request: bytes that nobody changes any more.
     *
     * @param at where a document begins in them
     * @param end where they end
     */
    @SuppressWarnings("ReferenceEquality") // the very bytes that were read last
    void behind(RecordBytes bytes, int at, int end) {
        boolean isOwn = bytes == target && checkedTo > at;
        previous = bytes;
        previousAt = isOwn ? checkedTo : at;
        previousEnd = end;
    }

    /**
     * Starts to fill the target from index {@code from} to its end with what stands at {@code offsetBytes} of the file. It may not
     * be touched from there on until {@link #await} has returned.
     */
    void request(FileChannel file, long offsetBytes, RecordBytes into, int from) {
        channel = file;
        offset = offsetBytes;
        target = into;
        start = from;
        boolean first = state == IDLE && !thread.isAlive();
        state = REQUESTED;
        if (first) {
            thread.start();
        } else {
            LockSupport.unpark(thread);
        }
    }

    /** Returns whether a request was made whose result has not been taken. */
    boolean isRequested() {
        return state == REQUESTED || state == DONE;
    }

    /** Returns where in the file the request begins. */
    long offset() {
        return offset;
    }

    /**
     * Waits for the request to be done, and takes its result.
     *
     * @return how many bytes were read; fewer than asked for at the end of the file
     * @throws IOException if they could not be read
     */
    int await() throws IOException {
        waiter = Thread.currentThread();
        int spins = 0;
        while (state == REQUESTED) {
            if (++spins < SPINS) {
                Thread.onSpinWait();
            } else {
                LockSupport.park(this);
            }
        }
        waiter = null;
        state = IDLE;
        IOException thrown = failure;
        if (thrown != null) {
            failure = null;
            throw thrown;
        }
        return count;
    }

    /**
     * Returns from which index of the target on its records were checked, once {@link #await} has returned. All up to {@link
     * #checkedTo} have the right checksum; nothing else about them was looked at.
     */
    int checkedFrom() {
        return checkedFrom;
    }

    int checkedTo() {
        return checkedTo;
    }

    /** Waits for what is under way, drops it, and ends the thread. */
    @Override
    public void close() {
        if (isRequested()) {
            try {
                await();
            } catch (IOException e) {
                failure = null; // nobody asks any more
            }
        }
        state = CLOSED;
        LockSupport.unpark(thread);
    }

    private void run() {
        int spins = 0;
        int seen = state;
        while (seen != CLOSED) {
            if (seen == REQUESTED) {
                read();
                spins = 0;
            } else if (++spins < SPINS) {
                Thread.onSpinWait();
            } else {
                LockSupport.park(this);
            }
            seen = state;
        }
    }

    private void read() {
        FileChannel file = channel;
        assert file != null : "requested";
        ByteBuffer into = target.target;
        into.clear().position(start);
        IOException thrown = null;
        boolean done = false;
        try {
            int end = into.capacity();
            boolean more = true;
            while (more && into.position() < end) {
                into.limit(Math.min(end, into.position() + SLICE_BYTES));
                more = file.read(into, offset + into.position() - start) >= 0;
            }
            count = into.position() - start;
            check();
            done = true;
        } catch (IOException e) {
            thrown = e;
        } finally {
            failure = done || thrown != null ? thrown : new IOException("read-ahead thread has died");
            state = DONE;
            LockSupport.unpark(waiter);
        }
    }

    private void check() {
        int end = start + count;
        int at = firstDocument();
        checkedFrom = at;
        int looks = 0;
        while (at >= start && end - at >= SegmentReader.DOCUMENT_HEADER_BYTES + RecordLayout.RECORD_BYTES_MIN) {
            if ((++looks & LOOKS_MASK) == 0 && waiter != null) {
                break; // there is nothing left to decode: better two threads check than one
            }
            int length = target.getInt(at);
            int record = at + SegmentReader.DOCUMENT_HEADER_BYTES;
            if (length < RecordLayout.RECORD_BYTES_MIN || length > end - record || !isRight(record, length)) {
                break;
            }
            at = record + length;
        }
        checkedTo = at;
    }

    private boolean isRight(int record, int length) {
        int crcAt = record + length - Integer.BYTES;
        crc32c.reset();
        crc32c.update(target.array, record, crcAt - record);
        return (int) crc32c.getValue() == target.getInt(crcAt);
    }

    /** Returns where the first document begins that lies wholly in the target; −1 if that cannot be told. */
    private int firstDocument() {
        int at = previousAt;
        while (previousEnd - at >= SegmentReader.DOCUMENT_HEADER_BYTES) {
            int length = previous.getInt(at);
            if (length < RecordLayout.RECORD_BYTES_MIN || length > SegmentReader.RECORD_BYTES_MAX) {
                return -1;
            }
            at += SegmentReader.DOCUMENT_HEADER_BYTES + length;
        }
        return at < previousEnd ? -1 : start + at - previousEnd;
    }
}
