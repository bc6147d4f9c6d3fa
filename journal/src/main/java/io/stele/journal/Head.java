package io.stele.journal;

/**
 * Where one actor's history ends.
 *
 * @param sequenceNumber of its last event, 0 if there is none
 * @param position of its last record, event or note, 0 if there is none
 */
record Head(long sequenceNumber, long position) {
    static final Head NONE = new Head(0, 0);
}
