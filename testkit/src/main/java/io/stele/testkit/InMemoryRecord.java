package io.stele.testkit;

import io.stele.spi.PersistenceId;
import io.stele.spi.StoredType;
import java.util.List;

/** One appended batch. Immutable: nobody who is handed one may write to its arrays. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record InMemoryRecord(Place place, List<StoredType> types, int[] endsBytes, byte[] payloads, byte[] metadata) {

    /** Where the record stands, and who wrote it when. */
    record Place(PersistenceId persistenceId, long firstSequenceNumber, long position, long epoch, long timestampMs) {}

    boolean isNote() {
        return types.isEmpty();
    }

    long position() {
        return place.position();
    }

    /** Returns the number of its last event; for a note, the number it stands at. */
    long lastSequenceNumber() {
        return isNote() ? place.firstSequenceNumber() : place.firstSequenceNumber() + types.size() - 1;
    }

    int startBytes(int batchIndex) {
        return batchIndex == 0 ? 0 : endsBytes[batchIndex - 1];
    }
}
