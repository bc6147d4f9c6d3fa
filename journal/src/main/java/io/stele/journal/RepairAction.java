package io.stele.journal;

import java.nio.file.Path;

/** One change that a repair makes. Everything that it touches is kept aside first. */
public sealed interface RepairAction {

    /** Returns which lane it changes. */
    int lane();

    /** Returns the file that it changes. */
    Path file();

    /** Returns one line for the operator. */
    String describe();

    /**
     * Ends a segment behind its last good record: what follows is overwritten with zeros, and the segment is sealed.
     *
     * @param lane which lane
     * @param file the segment
     * @param offsetBytes where it ends afterwards
     * @param bytes how many bytes behind that are not zero and go
     */
    record CutSegment(int lane, Path file, long offsetBytes, long bytes) implements RepairAction {
        @Override
        public String describe() {
            return "cut segment: file=" + file + ", offsetBytes=" + offsetBytes + ", bytes=" + bytes;
        }
    }

    /**
     * Takes a segment out of its lane.
     *
     * @param lane which lane
     * @param file the segment
     * @param bytes its length
     */
    record RemoveSegment(int lane, Path file, long bytes) implements RepairAction {
        @Override
        public String describe() {
            return "remove segment: file=" + file + ", bytes=" + bytes;
        }
    }

    /**
     * Says anew how far the lane is durable.
     *
     * @param lane which lane
     * @param file where that stands
     * @param position of the last good record; 0 if there is none
     * @param crc that record's checksum
     */
    record MoveMark(int lane, Path file, long position, int crc) implements RepairAction {
        @Override
        public String describe() {
            return String.format("move durable mark: file=%s, position=%d, crc=0x%08x", file, position, crc);
        }
    }
}
