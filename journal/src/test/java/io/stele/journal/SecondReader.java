package io.stele.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * A reader of journals written from docs/formats/journal.md alone: it imports nothing of Stele and shares no constant with it. If it
 * cannot read what the writer writes, either the page or the writer is wrong.
 */
final class SecondReader {
    private static final DateTimeFormatter NAME = DateTimeFormatter.ofPattern("uuuuMMdd-HHmmss");

    private final Path directory;
    private final Map<String, String> manifest;

    /** What was read of one actor last. */
    private record Last(long position, long sequenceNumber) {}

    SecondReader(Path directory) throws IOException {
        this.directory = directory;
        manifest = manifest(Files.readAllBytes(directory.resolve("manifest")));
    }

    int laneCount() {
        return Integer.parseInt(manifest.getOrDefault("laneCount", ""));
    }

    /** Returns one line per event and note, in the order of positions. */
    List<String> read(int lane) throws IOException {
        return new Lane(lane).read();
    }

    /** "An actor's lane is (CRC-32C of the persistence id in UTF-8, unsigned, modulo 1024) modulo laneCount." */
    int laneOf(String persistenceId) {
        byte[] id = persistenceId.getBytes(StandardCharsets.UTF_8);
        return (int) ((crc(ByteBuffer.wrap(id), 0, id.length) & 0xffff_ffffL) % 1024) % laneCount();
    }

    private static Map<String, String> manifest(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        int last = text.lastIndexOf("crc32c=");
        require(text.startsWith("stele-journal\n"), "first line of the manifest");
        int crc = crc(ByteBuffer.wrap(bytes), 0, text.substring(0, last).getBytes(StandardCharsets.UTF_8).length);
        require(text.substring(last).equals(String.format("crc32c=%08x\n", crc)), "checksum of the manifest");
        Map<String, String> values = new HashMap<>();
        for (String line : text.split("\n", -1)) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                values.put(line.substring(0, equals), line.substring(equals + 1));
            }
        }
        require(Integer.parseInt(values.getOrDefault("formatVersion", "")) <= 2, "format version");
        return values;
    }

    private static int crc(ByteBuffer bytes, int from, int to) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate().limit(to).position(from));
        return (int) crc.getValue();
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalStateException("not as the page says: " + what);
        }
    }

    private static ByteBuffer littleEndian(Path file) throws IOException {
        return ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static String utf8(ByteBuffer bytes, int at, int length) {
        byte[] text = new byte[length];
        bytes.get(at, text);
        return new String(text, StandardCharsets.UTF_8);
    }

    private static String hex(ByteBuffer bytes, int at, int length) {
        StringBuilder hex = new StringBuilder();
        for (int i = 0; i < length; i++) {
            hex.append(String.format("%02x", bytes.get(at + i)));
        }
        return hex.toString();
    }

    private static long number(String base) {
        return LocalDateTime.parse(base, NAME).toEpochSecond(ZoneOffset.UTC);
    }

    /** One lane, read once. */
    private final class Lane {
        private final int lane;
        private final Path files;
        private final List<String> lines = new ArrayList<>();
        private final Map<String, Last> actors = new HashMap<>();
        private long lastPosition;
        private int lastCrc;
        private long lastEpoch;
        private boolean chained;

        Lane(int lane) {
            this.lane = lane;
            files = directory.resolve("lane-" + lane);
        }

        List<String> read() throws IOException {
            long oldest = oldest();
            SortedMap<Long, Path> segments = new TreeMap<>();
            SortedMap<Long, Path> carried = new TreeMap<>();
            try (var all = Files.list(files)) {
                for (Path file : all.toList()) {
                    String name = String.valueOf(file.getFileName());
                    if (name.endsWith(".cq4")) {
                        segments.put(number(name.substring(0, 15)), file);
                    } else if (name.endsWith(".carried")) {
                        carried.put(number(name.substring(0, 15)), file);
                    }
                }
            }
            for (Path file : carried.values()) {
                carried(littleEndian(file), oldest);
            }
            chained = oldest == 1;
            long expected = oldest;
            for (Map.Entry<Long, Path> segment : segments.tailMap(oldest).entrySet()) {
                require(segment.getKey() == expected++, "segments without gaps");
                segment(segment.getKey(), littleEndian(segment.getValue()));
            }
            requireDurable();
            return lines;
        }

        private long oldest() throws IOException {
            Path file = files.resolve("compacted");
            return Files.exists(file) ? newestSlot(littleEndian(file)).getLong(0) >>> 32 : 1;
        }

        private void requireDurable() throws IOException {
            ByteBuffer slot = newestSlot(littleEndian(files.resolve("durable")));
            require(slot.getLong(0) <= lastPosition, "nothing durable is missing");
            require(slot.getLong(0) != lastPosition || slot.getInt(16) == lastCrc, "checksum of what is durable");
        }

        /** "The valid slot with the higher counter counts." */
        private ByteBuffer newestSlot(ByteBuffer file) {
            ByteBuffer newest = null;
            for (int at = 0; at <= 4096; at += 4096) {
                ByteBuffer slot = file.slice(at, 32).order(ByteOrder.LITTLE_ENDIAN);
                boolean valid = slot.getInt(24) == 1 && slot.getInt(28) == crc(slot, 0, 28);
                if (valid && (newest == null || slot.getInt(20) - newest.getInt(20) > 0)) {
                    require((slot.getInt(20) & 1) == at / 4096, "the slot is the counter modulo 2");
                    newest = slot;
                }
            }
            if (newest == null) {
                throw new IllegalStateException("not as the page says: one slot is valid");
            }
            return newest;
        }

        private void carried(ByteBuffer file, long oldest) {
            require(utf8(file, 0, 4).equals("STCA") && file.getInt(4) == 1, "carried file begins with STCA, 1");
            requireJournal(file, 8);
            require(file.getInt(24) == lane && file.getInt(28) == 0, "lane of a carried file");
            require(file.getLong(40) < oldest, "a carried file stands for what is gone");
            long count = file.getLong(48);
            int index = (int) file.getLong(56);
            int end = file.limit() - 4;
            require(end == index + 16 * count, "length of a carried file");
            CRC32C crc = new CRC32C();
            crc.update(file.duplicate().limit(64).position(0));
            crc.update(file.duplicate().limit(end).position(index));
            require((int) crc.getValue() == file.getInt(end), "checksum of a carried file");
            for (int i = 0; i < count; i++) {
                long position = file.getLong(index + 16 * i);
                int at = (int) file.getLong(index + 16 * i + 8);
                require(position > lastPosition, "ascending positions");
                require(file.get(at + 1) == 1, "only EVENTS are carried");
                record(file, at, file.getInt(at + 4), position);
                lastPosition = position;
            }
        }

        private void segment(long number, ByteBuffer file) {
            int at = 0;
            boolean first = true;
            boolean ended = false;
            while (!ended && at + 4 <= file.limit()) {
                int header = file.getInt(at);
                int length = header & 0x3fff_ffff;
                ended = header == 0 || header == 0xc000_0000 || (header < 0 && (header & 0x4000_0000) == 0);
                if (!ended && (header & 0x4000_0000) == 0) {
                    long position = number << 32 | at;
                    require(position > lastPosition, "positions grow");
                    require(first == (file.get(at + 4 + 1) == 2), "a segment begins with one SEGMENT record");
                    if (first) {
                        segmentStart(file, at + 4, number);
                    }
                    require(!chained || file.getInt(at + 4 + length - 8) == lastCrc, "the chain");
                    record(file, at + 4, length, position);
                    lastPosition = position;
                    lastCrc = file.getInt(at + 4 + length - 4);
                    chained = true;
                    first = false;
                }
                at += 4 + ((length + 3) & ~3);
            }
        }

        private void segmentStart(ByteBuffer file, int record, long number) {
            int body = record + 48;
            require(file.getInt(record + 44) == 56, "the body of SEGMENT has 56 bytes");
            requireJournal(file, body);
            require(file.getShort(body + 16) == lane, "lane of a segment");
            require(file.getShort(body + 18) == laneCount(), "lane count of a segment");
            require(file.getLong(body + 24) == number, "number of a segment");
            require(file.getLong(body + 32) == (number == 1 ? 0 : number - 1), "number of the segment before");
            require(!chained || file.getLong(body + 40) == lastPosition, "position of the last record before");
            require(!chained || file.getInt(body + 48) == lastCrc, "checksum of the last record before");
        }

        private void requireJournal(ByteBuffer file, int at) {
            ByteBuffer id = ByteBuffer.allocate(16).putLong(file.getLong(at)).putLong(file.getLong(at + 8));
            String text = hex(id, 0, 16).replaceFirst("(.{8})(.{4})(.{4})(.{4})(.{12})", "$1-$2-$3-$4-$5");
            require(text.equals(manifest.get("journalId")), "id of the journal");
        }

        private void record(ByteBuffer file, int at, int length, long position) {
            require(file.get(at) == 1 && file.getShort(at + 2) == 0, "version 1, flags 0");
            require(length % 4 == 0 && file.getInt(at + 4) == length, "length of a record");
            require(crc(file, at, at + length - 4) == file.getInt(at + length - 4), "checksum of a record");
            require(file.getLong(at + 8) >= Math.max(1, lastEpoch), "epochs never decrease");
            lastEpoch = file.getLong(at + 8);
            if (file.get(at + 1) == 1) {
                events(file, at, length, position);
            }
        }

        private void events(ByteBuffer file, int at, int length, long position) {
            long sequenceNumber = file.getLong(at + 16);
            int idLength = file.getShort(at + 40) & 0xffff;
            int count = file.getShort(at + 42) & 0xffff;
            int metadataLength = file.getInt(at + 44);
            String id = utf8(file, at + 48, idLength);
            String metadata = hex(file, at + 48 + idLength, metadataLength);
            String head = position + " " + file.getLong(at + 8) + " " + file.getLong(at + 32) + " " + id + " ";
            require(laneOf(id) == lane, "an actor's lane");
            Last last = actors.get(id);
            if (last != null) {
                require(file.getLong(at + 24) == last.position, "position of the actor's previous record");
                require(sequenceNumber == last.sequenceNumber + (count == 0 ? 0 : 1), "numbers without gaps");
            }
            actors.put(id, new Last(position, sequenceNumber + Math.max(0, count - 1)));
            if (count == 0) {
                lines.add(head + "note " + sequenceNumber + " " + metadata);
            }
            int next = at + 48 + idLength + metadataLength;
            for (int i = 0; i < count; i++) {
                int typeLength = file.getShort(next) & 0xffff;
                int version = file.getShort(next + 2) & 0xffff;
                int payloadLength = file.getInt(next + 4);
                lines.add(head + (sequenceNumber + i) + " " + i + "/" + count + " " + metadata + " "
                        + utf8(file, next + 8, typeLength) + "-" + version + " "
                        + hex(file, next + 8 + typeLength, payloadLength));
                next += 8 + typeLength + payloadLength;
            }
            require(at + length - 8 - next >= 0 && at + length - 8 - next <= 3, "0 to 3 zeros");
            while (next < at + length - 8) {
                require(file.get(next++) == 0, "padded with zeros");
            }
        }
    }
}
