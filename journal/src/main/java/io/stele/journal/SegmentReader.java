package io.stele.journal;

import io.stele.spi.JournalException;
import io.stele.spi.PersistenceId;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Reads one segment file with plain reads: no mapping, no lock, no Chronicle class. The file is a run of documents, each at an
 * offset that is a multiple of 4:
 *
 * <pre>
 *   [ header 4 B ][ content ][ 0 to 3 B ][ header 4 B ][ content ] …
 *
 *   header 0x00000000              nothing yet: the end
 *          0xc0000000              end of the file, for ever: sealed
 *          bit 31                  still being written
 *          bit 30                  Chronicle's own: file header, index; passed over
 *          bits 0 to 29            length of the content; a document without bits 30 and 31 is one record
 * </pre>
 *
 * <p>A writer, in this process or another, may be at work on the file. It writes the content before the header, but a read may
 * copy a page while it changes; so nothing but a record is believed at first sight: what looks like the end or like damage is
 * read from the file again before it is reported.
 *
 * <p>Confined to one thread. Allocates only while its buffers grow to their full size, or to that of a larger record.
 */
final class SegmentReader implements AutoCloseable {

    /** What was found where the next record was looked for. */
    enum Outcome {
        /** A record that can be trusted. */
        RECORD,
        /** Nothing yet: the writer goes on here, or the file ends. */
        END,
        /** Nothing, and never will be. */
        SEALED,
        /** A document that has not been completed: the end for now if a writer is at work, a torn one if none is. */
        INCOMPLETE,
        /** Bytes that are no record; see {@link SegmentReader#damage()}. */
        DAMAGE
    }

    /** Longest record that is believed to be one. */
    static final int RECORD_BYTES_MAX = 192 << 20;

    static final int DOCUMENT_HEADER_BYTES = 4;
    static final int SEALED = 0xc000_0000;
    private static final int NOT_COMPLETE = 0x8000_0000;
    private static final int METADATA = 0x4000_0000;
    private static final int LENGTH_MASK = 0x3fff_ffff;

    private static final int FILL_GROWTH = 4;
    private static final int FILL_BYTES_MIN = 128;

    private final Path file;
    private final long segment;
    private final FileChannel channel;

    private final ReadBuffers buffers;
    private int fillBytes;

    private long offset;
    private long foundAt;
    private String damage = "";
    private @Nullable PersistenceId damagedId;
    private long damagedSequenceNumber;

    private SegmentReader(Path file, long segment, FileChannel channel, ReadBuffers buffers) {
        this.file = file;
        this.segment = segment;
        this.channel = channel;
        this.buffers = buffers;
        this.fillBytes = buffers.bytesFirst();
        buffers.clear();
    }

    /**
     * Opens a file for reading, positioned at its start.
     *
     * @throws JournalException if it cannot be opened
     */
    static SegmentReader open(Path file, long segment) {
        return open(file, segment, new ReadBuffers(ReadBuffers.BYTES_MAX));
    }

    /**
     * As {@link #open(Path, long)}, with buffers that may have served another segment. Whoever read there must {@link #forget}
     * before going on.
     */
    static SegmentReader open(Path file, long segment, ReadBuffers buffers) {
        try {
            return new SegmentReader(file, segment, FileChannel.open(file, StandardOpenOption.READ), buffers);
        } catch (IOException e) {
            throw new JournalException("segment cannot be opened: segment=" + file + ", cause=" + e, e);
        }
    }

    Path file() {
        return file;
    }

    long segment() {
        return segment;
    }

    /** Returns where the last outcome was found: the offset of a document header. */
    long offset() {
        return foundAt;
    }

    /** Returns the {@link #offset()} of the last outcome as a position. */
    long position() {
        return RecordLayout.position(segment, foundAt);
    }

    /** Returns where the next call of {@link #next} looks: behind the last record, or again where there was none. */
    long nextOffset() {
        return offset;
    }

    /** Returns why the last outcome was {@link Outcome#DAMAGE}. */
    String damage() {
        return damage;
    }

    /** Returns whose record the last damage probably was; null if that cannot even be guessed. */
    @Nullable PersistenceId damagedId() {
        return damagedId;
    }

    /** Returns the sequence number that stands in the last damage; means something only with a {@link #damagedId()}. */
    long damagedSequenceNumber() {
        return damagedSequenceNumber;
    }

    /** Returns how long the file is at this moment. */
    long sizeBytes() {
        try {
            return channel.size();
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** Makes {@link #next} look at {@code offsetBytes}, a multiple of 4 where a document begins. */
    void seek(long offsetBytes) {
        offset = offsetBytes;
        foundAt = offsetBytes;
        if (buffers.ahead(offsetBytes) == 0) {
            fillBytes = buffers.bytesFirst();
        }
    }

    /**
     * Reads the next record into {@code view} and moves behind it. Anything but a record leaves the reader where it is, so that
     * calling again looks again.
     *
     * @throws JournalException if the file cannot be read
     */
    Outcome next(RecordView view) {
        return isBuffered(view) ? Outcome.RECORD : lookTwice(view);
    }

    /** The common case: the next document is a record, and all of it is in the buffer. */
    private boolean isBuffered(RecordView view) {
        int ahead = buffers.ahead(offset) - DOCUMENT_HEADER_BYTES;
        if (ahead < RecordLayout.RECORD_BYTES_MIN) {
            return false;
        }
        int index = buffers.index(offset);
        RecordBytes bytes = buffers.bytes();
        int length = bytes.getInt(index);
        if (length < RecordLayout.RECORD_BYTES_MIN || length > ahead) {
            return false;
        }
        long position = RecordLayout.position(segment, offset);
        int record = index + DOCUMENT_HEADER_BYTES;
        boolean checked = buffers.isChecked(record, record + length);
        if (view.read(bytes, record, length, position, checked) != null) {
            return false;
        }
        foundAt = offset;
        offset += DOCUMENT_HEADER_BYTES + length;
        return true;
    }

    private Outcome lookTwice(RecordView view) {
        damagedId = null;
        Outcome outcome = look(view);
        if (outcome != Outcome.RECORD && (outcome == Outcome.DAMAGE || !buffers.isJustRead(foundAt))) {
            forget();
            outcome = look(view);
        }
        if (outcome != Outcome.RECORD) {
            forget();
        }
        return outcome;
    }

    /** Reads the record whose document begins exactly at {@code offsetBytes}. One read of the file in the common case. */
    Outcome readAt(long offsetBytes, RecordView view) {
        seek(offsetBytes);
        return readHere(view);
    }

    /** Returns whether the file need not be read for the beginning of the next record. */
    boolean isBuffered() {
        return buffers.ahead(offset) > 0;
    }

    /** Has the next readings of the file take as many bytes as there is room for: all of them are wanted. */
    void expectAll() {
        fillBytes = buffers.bytesMax();
    }

    /** Has the next reading of the file take so many bytes, or as many as there is room for. */
    void expect(int bytes) {
        fillBytes = Math.max(FILL_BYTES_MIN, Math.min(bytes, buffers.bytesMax()));
    }

    /** Reads the record whose document begins exactly where {@link #seek} led. */
    Outcome readHere(RecordView view) {
        long offsetBytes = offset;
        Outcome outcome = next(view);
        if (outcome == Outcome.RECORD && foundAt != offsetBytes) {
            return damaged(offsetBytes, "no record begins here");
        }
        return outcome;
    }

    /**
     * Looks for the next record behind the last outcome, at every multiple of 4, and reads it. O(bytes to the end of the file)
     * at worst; most of those are zeros, as a rule, where no document begins, and they are passed over many at a time.
     *
     * @return false if there is none: {@link #offset()} is the end of the file then
     */
    boolean resync(RecordView view) {
        long sizeBytes = sizeBytes();
        int documentBytesMin = DOCUMENT_HEADER_BYTES + RecordLayout.RECORD_BYTES_MIN;
        for (long at = foundAt + 4; at + documentBytesMin <= sizeBytes; at += 4) {
            offset = at;
            if (!ensure(documentBytesMin)) {
                break;
            }
            int header = bytes().getInt(index());
            if (header == 0) {
                int zeros = bytes().skipZeros(index(), index() + buffers.ahead(at)) - index();
                at += Math.max(0, (zeros & ~3) - 4); // the loop adds four
                continue;
            }
            if ((header & (NOT_COMPLETE | METADATA)) == 0
                    && looksLikeRecord(header)
                    && document(view, header) == Outcome.RECORD) {
                return true;
            }
        }
        offset = sizeBytes;
        foundAt = sizeBytes;
        return false;
    }

    private Outcome look(RecordView view) {
        while (true) {
            foundAt = offset;
            if (!ensure(DOCUMENT_HEADER_BYTES)) {
                return sizeBytes() <= offset ? Outcome.END : damaged(offset, "the file ends inside a document header");
            }
            int header = bytes().getInt(index());
            if (header == 0) {
                return Outcome.END;
            }
            if (header == SEALED) {
                return Outcome.SEALED;
            }
            if ((header & NOT_COMPLETE) != 0) {
                return Outcome.INCOMPLETE;
            }
            if ((header & METADATA) == 0) {
                return document(view, header);
            }
            int length = header & LENGTH_MASK;
            if (offset + DOCUMENT_HEADER_BYTES + length > sizeBytes()) {
                return damaged(offset, "a metadata document is longer than the file: documentBytes=" + length);
            }
            if (length >= RecordLayout.RECORD_BYTES_MIN
                    && ensure(DOCUMENT_HEADER_BYTES + RecordLayout.HEADER_BYTES)
                    && looksLikeRecord(length)) {
                return damaged(offset, "a record is marked as metadata: documentBytes=" + length);
            }
            offset += DOCUMENT_HEADER_BYTES + (length + 3L & ~3L);
        }
    }

    private Outcome document(RecordView view, int length) {
        if (length < RecordLayout.RECORD_BYTES_MIN || length > RECORD_BYTES_MAX) {
            return damaged(offset, "a record cannot have this length: documentBytes=" + length);
        }
        if (!ensure(DOCUMENT_HEADER_BYTES + RecordLayout.HEADER_BYTES) || !looksLikeRecord(length)) {
            return damaged(offset, "a document is not a record: documentBytes=" + length);
        }
        if (!ensure(DOCUMENT_HEADER_BYTES + length)) {
            return damaged(offset, "the file ends inside a record: documentBytes=" + length);
        }
        String problem =
                view.read(bytes(), index() + DOCUMENT_HEADER_BYTES, length, RecordLayout.position(segment, offset));
        if (problem != null) {
            return damaged(offset, problem);
        }
        foundAt = offset;
        offset += DOCUMENT_HEADER_BYTES + length;
        return Outcome.RECORD;
    }

    /** Compares the first bytes of the content with those of a record, so that no length is believed that stands alone. */
    private boolean looksLikeRecord(int length) {
        int content = index() + DOCUMENT_HEADER_BYTES;
        return bytes().getByte(content + RecordLayout.VERSION_AT) == RecordLayout.VERSION
                && bytes().getInt(content + RecordLayout.LENGTH_AT) == length;
    }

    private Outcome damaged(long at, String reason) {
        foundAt = at;
        offset = at;
        damage = reason;
        int content = index() + DOCUMENT_HEADER_BYTES;
        damagedId = RecordView.guessId(bytes(), content, buffers.ahead(offset) - DOCUMENT_HEADER_BYTES);
        damagedSequenceNumber = damagedId == null ? 0 : bytes().getLong(content + RecordLayout.SEQUENCE_NUMBER_AT);
        return Outcome.DAMAGE;
    }

    /** Reads from the file again, whatever is buffered. */
    void forget() {
        buffers.clear();
        fillBytes = buffers.bytesFirst();
        offset = foundAt;
    }

    private RecordBytes bytes() {
        return buffers.bytes();
    }

    private int index() {
        return buffers.index(offset);
    }

    /** Makes {@code count} bytes from {@link #offset} on available in the buffer; false if the file has fewer. */
    private boolean ensure(int count) {
        if (buffers.ahead(offset) >= count) {
            return true;
        }
        try {
            int wanted = Math.max(count, Math.min(fillBytes, buffers.bytesMax()));
            fillBytes = Math.min(fillBytes * FILL_GROWTH, buffers.bytesMax());
            return buffers.fill(channel, offset, count, wanted) >= count;
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private JournalException failed(IOException e) {
        return new JournalException(
                "segment cannot be read: segment=" + file + ", offsetBytes=" + offset + ", cause=" + e, e);
    }

    /** Closes the file. Closing twice does nothing. */
    @Override
    public void close() {
        try {
            buffers.stopReadingAhead();
            channel.close();
        } catch (IOException e) {
            throw failed(e);
        }
    }
}
