package io.stele.tools;

import io.stele.encryption.KeyInspector;
import io.stele.spi.StoredEvent;
import io.stele.tools.ExportCommand.ExportFormat;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * One piece of a journal as text. Confined to one thread.
 *
 * <pre>
 *   jsonl   {"schema":"stele.export/1","journalId":"…","lanes":4}
 *           {"actor":"bank-account/42","number":7,"time":1767225600000,"lane":1,"position":4294971392,"index":0,"of":1,
 *            "type":"deposited","version":1,"payload":{…},"raw":"base64","metadata":"base64"}
 *           {"actor":"bank-account/42","number":7,"time":1767225600000,"lane":1,"position":4294971500,"note":true,"metadata":"base64"}
 *           {"end":true,"events":1,"notes":1,"crc32c":"1f2e3d4c"}         of all lines before it, line breaks included
 *   csv     actor,number,time,type,version,payload
 * </pre>
 *
 * <p>{@code raw} is the payload byte for byte, {@code payload} the same for people and other programs.
 */
final class ExportFile implements Scan.Part<ExportFile> {
    static final String CSV_HEADER = "actor,number,time,type,version,payload\n";

    private final ExportFormat format;
    private final int lane;
    private final EventFilter filter;
    private final KeyInspector keys;
    private final Lines lines = new Lines();
    private final StringBuilder line = new StringBuilder(512);
    private long eventCount;
    private long noteCount;

    /** Bytes that can be taken without a copy. */
    private static final class Lines extends ByteArrayOutputStream {
        byte[] bytes() {
            return buf;
        }
    }

    ExportFile(ExportFormat format, int lane, EventFilter filter, KeyInspector keys) {
        this.format = format;
        this.lane = lane;
        this.filter = filter;
        this.keys = keys;
    }

    @Override
    public void onEvent(StoredEvent event) {
        if (!filter.matches(event, keys)) {
            return;
        }
        eventCount++;
        if (format == ExportFormat.CSV) {
            csv(event);
        } else {
            json(event);
        }
        end();
    }

    @Override
    public void onNote(StoredEvent note) {
        if (format == ExportFormat.CSV
                || !filter.actor().test(note.persistenceId().encoded())) {
            return;
        }
        noteCount++;
        head(note);
        line.append(",\"note\":true,\"metadata\":\"");
        base64(note.metadata());
        line.append("\"}\n");
        end();
    }

    private void end() {
        byte[] bytes = line.toString().getBytes(StandardCharsets.UTF_8);
        lines.write(bytes, 0, bytes.length);
        line.setLength(0);
    }

    private void head(StoredEvent event) {
        line.append("{\"actor\":")
                .append(Json.line(event.persistenceId().encoded()))
                .append(",\"number\":")
                .append(event.sequenceNumber())
                .append(",\"time\":")
                .append(event.timestampMs())
                .append(",\"lane\":")
                .append(lane)
                .append(",\"position\":")
                .append(event.position());
    }

    private void json(StoredEvent event) {
        head(event);
        line.append(",\"index\":")
                .append(event.batchIndex())
                .append(",\"of\":")
                .append(event.batchCount())
                .append(",\"type\":")
                .append(Json.line(event.type().name()))
                .append(",\"version\":")
                .append(event.type().version())
                .append(",\"payload\":")
                .append(DataDirectory.json(event.payload(), keys))
                .append(",\"raw\":\"");
        base64(event.payload());
        line.append('"');
        if (event.metadata().hasRemaining()) {
            line.append(",\"metadata\":\"");
            base64(event.metadata());
            line.append('"');
        }
        line.append("}\n");
    }

    private void csv(StoredEvent event) {
        quoted(event.persistenceId().encoded());
        line.append(',')
                .append(event.sequenceNumber())
                .append(',')
                .append(Units.iso(event.timestampMs()))
                .append(',');
        quoted(event.type().name());
        line.append(',').append(event.type().version()).append(',');
        quoted(DataDirectory.json(event.payload(), keys));
        line.append('\n');
    }

    private void quoted(String text) {
        line.append('"').append(text.replace("\"", "\"\"")).append('"');
    }

    private void base64(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        line.append(Base64.getEncoder().encodeToString(copy));
    }

    @Override
    public ExportFile result() {
        return this;
    }

    byte[] bytes() {
        return lines.bytes();
    }

    int length() {
        return lines.size();
    }

    long eventCount() {
        return eventCount;
    }

    long noteCount() {
        return noteCount;
    }
}
