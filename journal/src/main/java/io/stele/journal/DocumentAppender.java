package io.stele.journal;

import java.io.Closeable;
import java.nio.file.Path;

/** Appends finished records to one lane's segment files. Guarded by the lane's latch. */
interface DocumentAppender extends Closeable {

    /** Makes the next append start {@code segment}, ending the one before it. */
    void startSegment(long segment);

    /**
     * Copies a record behind the last one. It survives {@code kill -9} when this returns.
     *
     * @param record holds it
     * @param at where it starts
     * @param lengthBytes a multiple of 4
     * @return the offset of the document's header in the segment file
     */
    long append(byte[] record, int at, int lengthBytes);

    /** Lets go of the files; forces nothing. */
    @Override
    void close();

    /** Opens the appender of one lane. */
    @FunctionalInterface
    interface Factory {
        DocumentAppender open(Path laneDirectory, int segmentBytes);
    }
}
