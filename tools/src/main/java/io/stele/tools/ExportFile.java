package io.stele.tools;

import io.stele.codec.PayloadJson;
import io.stele.encryption.KeyInspector;
import io.stele.spi.PayloadCodecException;
import io.stele.spi.PersistenceId;
import io.stele.spi.StoredEvent;
import io.stele.tools.ExportCommand.ExportFormat;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

/**
 * A part of a journal as text. Confined to one thread at a time, and used again.
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
final class ExportFile implements EventBlock.Reader {
    static final String CSV_HEADER = "actor,number,time,type,version,payload\n";
    private static final int NAMES_MAX = 1 << 16;
    private static final int LONG_CHARS = 20;

    private final ExportFormat format;
    private final EventFilter filter;
    private final KeyInspector keys;
    private final PayloadJson json = new PayloadJson();
    private final Map<PersistenceId, byte[]> actors = new HashMap<>();
    private final Map<String, byte[]> types = new HashMap<>();
    private byte[] bytes = new byte[2 * EventBlock.BYTES_MAX];
    private int length;
    private int lane;
    private long eventCount;
    private long noteCount;

    ExportFile(ExportFormat format, EventFilter filter, KeyInspector keys) {
        this.format = format;
        this.filter = filter;
        this.keys = keys;
    }

    /** Writes a block in place of what was there before. */
    ExportFile write(EventBlock block) {
        length = 0;
        eventCount = 0;
        noteCount = 0;
        block.read(this);
        return this;
    }

    @Override
    public void onLane(int ofNext) {
        lane = ofNext;
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
    }

    @Override
    public void onNote(StoredEvent note) {
        if (format == ExportFormat.CSV || !filter.isOf(note)) {
            return;
        }
        noteCount++;
        head(note);
        ascii(",\"note\":true,\"metadata\":\"");
        base64(note.metadata());
        ascii("\"}\n");
    }

    private void head(StoredEvent event) {
        ascii("{\"actor\":");
        put(actor(event.persistenceId()));
        ascii(",\"number\":");
        whole(event.sequenceNumber());
        ascii(",\"time\":");
        whole(event.timestampMs());
        ascii(",\"lane\":");
        whole(lane);
        ascii(",\"position\":");
        whole(event.position());
    }

    private void json(StoredEvent event) {
        head(event);
        ascii(",\"index\":");
        whole(event.batchIndex());
        ascii(",\"of\":");
        whole(event.batchCount());
        ascii(",\"type\":");
        put(type(event.type().name()));
        ascii(",\"version\":");
        whole(event.type().version());
        ascii(",\"payload\":");
        payload(event);
        ascii(",\"raw\":\"");
        base64(event.payload());
        ascii("\"");
        if (event.metadata().hasRemaining()) {
            ascii(",\"metadata\":\"");
            base64(event.metadata());
            ascii("\"");
        }
        ascii("}\n");
    }

    private void payload(StoredEvent event) {
        if (keys.statusOf(event.payload()) == KeyInspector.Status.PLAIN) {
            try {
                json.write(event.payload());
                put(json.bytes(), json.length());
                return;
            } catch (PayloadCodecException e) {
                // shown in hexadecimal
            }
        }
        put(DataDirectory.json(event.payload(), keys).getBytes(StandardCharsets.UTF_8));
    }

    private byte[] actor(PersistenceId id) {
        byte[] known = actors.get(id);
        if (known == null) {
            known = Json.line(id.encoded()).getBytes(StandardCharsets.UTF_8);
            if (actors.size() == NAMES_MAX) {
                actors.clear();
            }
            actors.put(id, known);
        }
        return known;
    }

    private byte[] type(String name) {
        byte[] known = types.get(name);
        if (known == null) {
            known = Json.line(name).getBytes(StandardCharsets.UTF_8);
            if (types.size() == NAMES_MAX) {
                types.clear();
            }
            types.put(name, known);
        }
        return known;
    }

    private void csv(StoredEvent event) {
        String line = quoted(event.persistenceId().encoded())
                + ','
                + event.sequenceNumber()
                + ','
                + Units.iso(event.timestampMs())
                + ','
                + quoted(event.type().name())
                + ','
                + event.type().version()
                + ','
                + quoted(DataDirectory.json(event.payload(), keys))
                + '\n';
        put(line.getBytes(StandardCharsets.UTF_8));
    }

    private static String quoted(String text) {
        return '"' + text.replace("\"", "\"\"") + '"';
    }

    private void base64(ByteBuffer source) {
        byte[] copy = new byte[source.remaining()];
        source.get(source.position(), copy);
        put(Base64.getEncoder().encode(copy));
    }

    private void put(byte[] source) {
        put(source, source.length);
    }

    private void put(byte[] source, int count) {
        require(count);
        System.arraycopy(source, 0, bytes, length, count);
        length += count;
    }

    @SuppressWarnings("deprecation") // one byte per character is just what it is
    private void ascii(String text) {
        require(text.length());
        text.getBytes(0, text.length(), bytes, length);
        length += text.length();
    }

    private void whole(long value) {
        if (value < 0) {
            ascii(Long.toString(value));
            return;
        }
        require(LONG_CHARS);
        int digits = 1;
        for (long rest = value; rest >= 10; rest /= 10) {
            digits++;
        }
        long rest = value;
        for (int i = length + digits - 1; i >= length; i--) {
            bytes[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        length += digits;
    }

    private void require(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
        }
    }

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    long eventCount() {
        return eventCount;
    }

    long noteCount() {
        return noteCount;
    }
}
