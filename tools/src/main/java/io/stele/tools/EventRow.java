package io.stele.tools;

import io.stele.encryption.KeyInspector;
import io.stele.spi.RecordMetadata;
import io.stele.spi.StoredEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One event as it is shown.
 *
 * @param actor whose
 * @param lane where it lies
 * @param position of its record
 * @param sequenceNumber its number
 * @param timestampMs when it happened
 * @param type stored name and version
 * @param commandId of the command that led to it; null if it had none
 * @param json its payload
 */
record EventRow(
        String actor,
        int lane,
        long position,
        long sequenceNumber,
        long timestampMs,
        String type,
        @Nullable String commandId,
        String json) {
    static final List<RowWriter.Column> COLUMNS = List.of(
            new RowWriter.Column("time", "time, UTC", RowWriter.Align.LEFT, EventRow::time),
            RowWriter.Column.text("actor", "actor"),
            new RowWriter.Column("sequenceNumber", "number", RowWriter.Align.RIGHT, RowWriter::plain),
            RowWriter.Column.text("type", "type"),
            RowWriter.Column.flexible("payload", "payload"),
            RowWriter.Column.hidden("commandId"),
            RowWriter.Column.hidden("lane"),
            RowWriter.Column.hidden("position"));

    static EventRow of(StoredEvent event, int lane, KeyInspector keys) {
        return new EventRow(
                event.persistenceId().encoded(),
                lane,
                event.position(),
                event.sequenceNumber(),
                event.timestampMs(),
                event.type().toString(),
                RecordMetadata.findText(event.metadata(), RecordMetadata.COMMAND_ID),
                DataDirectory.json(event.payload(), keys));
    }

    void writeTo(RowWriter rows) {
        rows.row(Units.iso(timestampMs), actor, sequenceNumber, type, new Json.Raw(json), commandId, lane, position);
    }

    private static String time(@Nullable Object iso) {
        return RowWriter.plain(iso).replace('T', ' ').replace("Z", "");
    }
}
