package io.stele.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * What the writing side asks of the file system besides the mapped append, so that faults can be put under it. Any thread.
 */
interface SegmentStorage {

    /** Opens an existing file for reading and writing. */
    OpenFile open(Path file) throws IOException;

    /** Creates a file, or empties it. */
    OpenFile create(Path file) throws IOException;

    /** Puts a file in another's place at once: after a crash there is the one or the other. */
    void rename(Path from, Path to) throws IOException;

    /** Removes a file if it is there. */
    void delete(Path file) throws IOException;

    /** Makes creations, renames and deletions in a directory survive a power cut. */
    void forceDirectory(Path directory) throws IOException;

    /** Returns how many bytes may still be written to the file system of {@code directory}. */
    long usableBytes(Path directory) throws IOException;

    /** A file by itself. */
    interface OpenFile extends Closeable {

        /** Reads from {@code offsetBytes} on until the target is full or the file ends; returns how much that was. */
        int read(ByteBuffer target, long offsetBytes) throws IOException;

        /** Writes all that remains of {@code source}. */
        void write(ByteBuffer source, long offsetBytes) throws IOException;

        /**
         * Makes what was written to the file, by whatever way, survive a power cut. After it has thrown, nothing is known about
         * any of it, and asking again would be told a lie.
         *
         * @param metadata whether the file's length and existence matter too
         */
        void force(boolean metadata) throws IOException;

        long sizeBytes() throws IOException;

        /** Cuts the file, or lengthens it with zeros that take no room. */
        void resize(long sizeBytes) throws IOException;
    }
}
