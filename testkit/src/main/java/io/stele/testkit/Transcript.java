package io.stele.testkit;

import io.stele.spi.EventReader;
import io.stele.spi.PersistenceId;
import io.stele.spi.StoredEvent;
import io.stele.spi.StoredType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Copies what a replay delivers, events and notes in one list. Confined to one thread. */
final class Transcript implements EventReader {
    private final List<Line> lines = new ArrayList<>();

    /** One event or note; a note has no type. */
    record Line(Place place, long timestampMs, @Nullable StoredType type, ByteBuffer payload, ByteBuffer metadata) {

        /** Where it stands. */
        record Place(
                PersistenceId persistenceId,
                long sequenceNumber,
                long position,
                long epoch,
                int batchIndex,
                int batchCount) {}

        boolean isNote() {
            return type == null;
        }

        long sequenceNumber() {
            return place.sequenceNumber();
        }

        long position() {
            return place.position();
        }

        PersistenceId persistenceId() {
            return place.persistenceId();
        }
    }

    @Override
    public void onEvent(StoredEvent event) {
        lines.add(new Line(
                placeOf(event), event.timestampMs(), event.type(), copyOf(event.payload()), metadataOf(event)));
    }

    @Override
    public void onNote(StoredEvent note) {
        lines.add(new Line(placeOf(note), note.timestampMs(), null, ByteBuffer.allocate(0), metadataOf(note)));
    }

    /** Returns everything in the order of delivery. */
    List<Line> lines() {
        return lines;
    }

    List<Line> events() {
        return lines.stream().filter(line -> !line.isNote()).toList();
    }

    List<Line> notes() {
        return lines.stream().filter(Line::isNote).toList();
    }

    List<Long> numbers() {
        return events().stream().map(Line::sequenceNumber).toList();
    }

    List<ByteBuffer> payloads() {
        return events().stream().map(Line::payload).toList();
    }

    /** Returns what stands where: {@code e1} for the event with number 1, {@code n1} for a note behind it. */
    List<String> outline() {
        return lines.stream()
                .map(line -> (line.isNote() ? "n" : "e") + line.sequenceNumber())
                .toList();
    }

    private static Line.Place placeOf(StoredEvent event) {
        return new Line.Place(
                event.persistenceId(),
                event.sequenceNumber(),
                event.position(),
                event.epoch(),
                event.batchIndex(),
                event.batchCount());
    }

    private static ByteBuffer metadataOf(StoredEvent event) {
        return copyOf(event.metadata());
    }

    /** Copies what is between position and limit, and leaves the buffer read to its end, as a decoder does. */
    private static ByteBuffer copyOf(ByteBuffer view) {
        byte[] bytes = new byte[view.remaining()];
        view.get(bytes);
        return ByteBuffer.wrap(bytes);
    }
}
