package io.stele.journal;

import io.stele.spi.CorruptJournalException;
import io.stele.spi.JournalException;
import io.stele.spi.NewerFormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What a journal directory is, written once when it is created. A text file:
 *
 * <pre>
 *   stele-journal
 *   formatVersion=1
 *   journalId=6f1c2a34-…
 *   laneCount=4
 *   segmentBytes=33554432
 *   createdAtMs=1767225600000
 *   ancestor-1=0d9e…:12,9,14,11      a fork alone: whose the segments up to these numbers are, lane by lane; the nearest first
 *   crc32c=0a1b2c3d          of the bytes of the lines before, line feeds included
 * </pre>
 *
 * <p>A fork shares the segments of what it was forked from, and they carry that journal's id. So each segment has one owner, and
 * {@link #ownerOf} is the only id that may stand in it: a segment that the origin wrote after the fork is foreign here.
 *
 * <pre>
 *   lane 0:   1 … 7        8 … 12        13 …
 *             ancestor-2   ancestor-1    journalId
 * </pre>
 *
 * @param formatVersion of the whole directory, records included: 1, or 2 if it has ancestors
 * @param journalId drawn at random, and repeated in every segment
 * @param laneCount 1 to 256
 * @param segmentBytes how large a segment may become
 * @param createdAtMs milliseconds since 1970
 * @param ancestors what it was forked from, the nearest first; empty unless it is a fork
 */
record Manifest(
        int formatVersion,
        UUID journalId,
        int laneCount,
        int segmentBytes,
        long createdAtMs,
        List<Ancestor> ancestors) {
    static final int FORMAT_VERSION = 2;
    static final int LANE_COUNT_MAX = 256;

    private static final String FIRST_LINE = "stele-journal";
    private static final String CRC_KEY = "crc32c=";
    private static final String ANCESTOR_KEY = "ancestor-";
    private static final int BYTES_MAX = 1 << 20;

    /**
     * A journal that this one was forked from.
     *
     * @param journalId its id
     * @param lastSegments lane by lane, the last segment that is its own or its ancestors'; 0 if there is none
     */
    record Ancestor(UUID journalId, List<Long> lastSegments) {
        Ancestor {
            lastSegments = List.copyOf(lastSegments);
        }
    }

    Manifest {
        ancestors = List.copyOf(ancestors);
        if (laneCount < 1 || laneCount > LANE_COUNT_MAX || segmentBytes < 1) {
            throw new IllegalArgumentException(
                    "manifest is out of range: laneCount=" + laneCount + ", segmentBytes=" + segmentBytes);
        }
    }

    /** Describes a journal that was never forked. */
    Manifest(int formatVersion, UUID journalId, int laneCount, int segmentBytes, long createdAtMs) {
        this(formatVersion, journalId, laneCount, segmentBytes, createdAtMs, List.of());
    }

    /**
     * Describes a journal of its own that begins where this one was cut.
     *
     * @param lastSegments lane by lane, the last segment that both have
     */
    Manifest fork(UUID id, List<Long> lastSegments, long nowMs) {
        List<Ancestor> lineage = new ArrayList<>();
        lineage.add(new Ancestor(journalId, lastSegments));
        lineage.addAll(ancestors);
        return new Manifest(FORMAT_VERSION, id, laneCount, segmentBytes, nowMs, lineage);
    }

    /** Returns whether an id is this journal's or that of one that it was forked from. */
    boolean knows(UUID id) {
        return journalId.equals(id) || ancestors.stream().anyMatch(ancestor -> ancestor.journalId.equals(id));
    }

    /** Returns the id that a segment must carry. */
    UUID ownerOf(int lane, long segment) {
        UUID owner = journalId;
        for (Ancestor ancestor : ancestors) {
            if (segment > ancestor.lastSegments.get(lane)) {
                return owner;
            }
            owner = ancestor.journalId;
        }
        return owner;
    }

    /**
     * Reads the manifest of a journal directory.
     *
     * @throws CorruptJournalException if it is damaged
     * @throws JournalException if there is none, if it is of a newer format, or if it cannot be read
     */
    static Manifest read(Path directory) {
        Path file = directory.resolve(SegmentFiles.MANIFEST);
        byte[] bytes = bytesOf(file);
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (!text.startsWith(FIRST_LINE + "\n")) {
            throw new CorruptJournalException("this is not a manifest of Stele; nothing was changed: file=" + file);
        }
        Map<String, String> values = valuesOf(text);
        int version = (int) number(file, values, "formatVersion");
        if (version > FORMAT_VERSION) {
            throw new NewerFormatException(
                    "journal was written by a newer version of Stele; nothing was changed: directory=" + directory
                            + ", formatVersion=" + version + ", formatVersionKnown=" + FORMAT_VERSION);
        }
        requireChecksum(file, text);
        try {
            return new Manifest(
                    version,
                    UUID.fromString(values.getOrDefault("journalId", "")),
                    (int) number(file, values, "laneCount"),
                    (int) number(file, values, "segmentBytes"),
                    number(file, values, "createdAtMs"),
                    ancestors(values));
        } catch (IllegalArgumentException e) {
            throw damaged(file, String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * Writes it so that after a crash either all of it is there or none: to a temporary file, forced, renamed, the directory
     * forced.
     *
     * @throws IOException if it cannot be written; a manifest that was there before is as it was
     */
    void write(Path directory) throws IOException {
        StringBuilder lines = new StringBuilder(FIRST_LINE + "\nformatVersion=" + formatVersion + "\njournalId="
                + journalId + "\nlaneCount=" + laneCount + "\nsegmentBytes=" + segmentBytes + "\ncreatedAtMs="
                + createdAtMs + "\n");
        for (int i = 0; i < ancestors.size(); i++) {
            Ancestor ancestor = ancestors.get(i);
            lines.append(ANCESTOR_KEY).append(i + 1).append('=').append(ancestor.journalId);
            lines.append(
                    ancestor.lastSegments.stream().map(String::valueOf).collect(Collectors.joining(",", ":", "\n")));
        }
        String body = lines.toString();
        String text = body + String.format(CRC_KEY + "%08x\n", crcOf(body));
        if (text.length() > BYTES_MAX) {
            throw new IOException("manifest would be too long: ancestorCount=" + ancestors.size());
        }
        Path temporary = directory.resolve(SegmentFiles.MANIFEST + ".tmp");
        try (FileChannel channel = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(temporary, directory.resolve(SegmentFiles.MANIFEST), StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static List<Ancestor> ancestors(Map<String, String> values) {
        List<Ancestor> ancestors = new ArrayList<>();
        int laneCount = Integer.parseInt(values.getOrDefault("laneCount", "0"));
        for (int i = 1; values.containsKey(ANCESTOR_KEY + i); i++) {
            String[] fields = values.getOrDefault(ANCESTOR_KEY + i, "").split("[:,]", -1);
            List<Long> lastSegments =
                    Arrays.stream(fields).skip(1).map(Long::valueOf).toList();
            if (lastSegments.size() != laneCount) {
                throw new IllegalArgumentException(ANCESTOR_KEY + i + " does not name every lane");
            }
            ancestors.add(new Ancestor(UUID.fromString(fields[0]), lastSegments));
        }
        return ancestors;
    }

    private static byte[] bytesOf(Path file) {
        try {
            long bytes = Files.size(file);
            if (bytes == 0 || bytes > BYTES_MAX) {
                throw damaged(file, "lengthBytes=" + bytes, null);
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            Path directory = file.getParent();
            if (directory != null) {
                IncompleteMark.requireNone(directory);
            }
            throw new JournalException(
                    "there is no journal here: directory=" + file.getParent() + ", missing=" + SegmentFiles.MANIFEST);
        } catch (IOException e) {
            throw new JournalException("manifest cannot be read: file=" + file + ", cause=" + e, e);
        }
    }

    private static Map<String, String> valuesOf(String text) {
        Map<String, String> values = new HashMap<>();
        text.lines().filter(line -> line.contains("=")).forEach(line -> {
            int equals = line.indexOf('=');
            values.put(line.substring(0, equals), line.substring(equals + 1));
        });
        return values;
    }

    private static void requireChecksum(Path file, String text) {
        int crcLine = text.lastIndexOf("\n" + CRC_KEY) + 1;
        String expected = String.format(CRC_KEY + "%08x\n", crcOf(text.substring(0, crcLine)));
        if (crcLine == 0 || !text.substring(crcLine).equals(expected)) {
            throw damaged(file, "the checksum does not match", null);
        }
    }

    private static long number(Path file, Map<String, String> values, String key) {
        try {
            long value = Long.parseLong(values.getOrDefault(key, ""));
            if (!key.endsWith("Ms") && (value < 1 || value > Integer.MAX_VALUE)) {
                throw damaged(file, key + "=" + value, null);
            }
            return value;
        } catch (NumberFormatException e) {
            throw damaged(file, "no number for " + key, e);
        }
    }

    private static CorruptJournalException damaged(Path file, String what, @Nullable Throwable cause) {
        return new CorruptJournalException(
                "manifest is damaged; nothing was changed; restore it from a backup: file=" + file + ", " + what,
                cause);
    }

    private static int crcOf(String text) {
        CRC32C crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return (int) crc.getValue();
    }
}
