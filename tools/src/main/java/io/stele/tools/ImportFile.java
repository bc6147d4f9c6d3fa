package io.stele.tools;

import com.github.luben.zstd.ZstdInputStream;
import io.stele.spi.PersistenceId;
import io.stele.spi.StoredType;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Reads what {@link ExportFile} describes. Confined to one thread. */
final class ImportFile {
    private static final int ZSTD_MAGIC = 0x28b52ffd;

    private final Path file;
    private final CRC32C crc = new CRC32C();
    private final ImportDigest digest = new ImportDigest();
    private @Nullable HistoryWriter writer;
    private long lineNumber;
    private long events;
    private long notes;
    private boolean ended;

    private ImportFile(Path file) {
        this.file = file;
    }

    /**
     * What a file holds.
     *
     * @param events how many events
     * @param notes how many notes
     * @param digest see {@link ImportDigest}
     */
    record Counts(long events, long notes, long digest) {}

    /** Reads it to the end, and compares its last line with what came before. */
    static Counts check(Path file) {
        return new ImportFile(file).read(null);
    }

    /** Writes it into a new data directory. */
    static Counts load(Path file, Path target) {
        return new ImportFile(file).read(target);
    }

    private Counts read(@Nullable Path target) {
        try (InputStream in = open()) {
            LineReader lines = new LineReader(in);
            String header = lines.next();
            Map<?, ?> head = header == null ? Map.of() : object(header);
            if (!"stele.export/1".equals(head.get("schema"))) {
                throw wrong("this is no export of Stele, or of a later version");
            }
            writer = target == null ? null : HistoryWriter.create(target, Math.toIntExact(whole(head, "lanes")));
            for (String line = lines.next(); line != null; line = lines.next()) {
                one(line);
            }
            if (!ended) {
                throw wrong("file ends too early: its last line is missing");
            }
        } catch (NoSuchFileException e) {
            throw new CommandFailure(ErrorCode.BAD_INPUT, "file does not exist: file=" + file, e);
        } catch (IOException e) {
            throw new CommandFailure(ErrorCode.COPY_OF_DAMAGE, "file cannot be read: file=" + file + ", cause=" + e, e);
        } finally {
            if (writer != null) {
                writer.close();
            }
        }
        return new Counts(events, notes, digest.sum());
    }

    private InputStream open() throws IOException {
        BufferedInputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 20);
        in.mark(Integer.BYTES);
        byte[] magic = in.readNBytes(Integer.BYTES);
        in.reset();
        boolean isZstd = magic.length == Integer.BYTES && ByteBuffer.wrap(magic).getInt() == ZSTD_MAGIC;
        return isZstd ? new ZstdInputStream(in) : in;
    }

    private void one(String line) {
        Map<?, ?> entry = object(line);
        if (Boolean.TRUE.equals(entry.get("end"))) {
            end(entry);
            return;
        }
        count(line);
        PersistenceId id = id(text(entry, "actor"));
        long number = whole(entry, "number");
        long time = whole(entry, "time");
        ByteBuffer metadata = entry.get("metadata") == null ? null : bytes(text(entry, "metadata"));
        HistoryWriter target = writer;
        if (Boolean.TRUE.equals(entry.get("note"))) {
            notes++;
            if (target != null) {
                target.begin(id, number, time, metadata);
            }
            return;
        }
        events++;
        StoredType type = new StoredType(text(entry, "type"), Math.toIntExact(whole(entry, "version")));
        ByteBuffer payload = bytes(text(entry, "raw"));
        digest.add(id.encoded(), number, time, type.toString(), payload);
        if (target != null) {
            if (whole(entry, "index") == 0) {
                target.begin(id, number, time, metadata);
            }
            target.add(type, payload);
        }
    }

    private void end(Map<?, ?> entry) {
        String found = String.format("%08x", crc.getValue());
        if (whole(entry, "events") != events || whole(entry, "notes") != notes || !found.equals(entry.get("crc32c"))) {
            throw wrong("file is not as it was written: events=" + events + ", eventsWritten=" + entry.get("events")
                    + ", crc32c=" + found + ", crc32cWritten=" + entry.get("crc32c"));
        }
        ended = true;
    }

    private void count(String line) {
        byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
        crc.update(bytes, 0, bytes.length);
        crc.update('\n');
    }

    private Map<?, ?> object(String line) {
        lineNumber++;
        if (lineNumber == 1) {
            count(line);
        }
        try {
            if (JsonReader.read(line) instanceof Map<?, ?> map) {
                return map;
            }
        } catch (IllegalArgumentException e) {
            throw wrong(String.valueOf(e.getMessage()));
        }
        throw wrong("line is no object");
    }

    private PersistenceId id(String text) {
        try {
            return PersistenceId.parse(text);
        } catch (IllegalArgumentException e) {
            throw wrong(String.valueOf(e.getMessage()));
        }
    }

    private String text(Map<?, ?> entry, String key) {
        if (entry.get(key) instanceof String text) {
            return text;
        }
        throw wrong("line has no text " + key);
    }

    private long whole(Map<?, ?> entry, String key) {
        if (entry.get(key) instanceof Long value) {
            return value;
        }
        throw wrong("line has no number " + key);
    }

    private ByteBuffer bytes(String base64) {
        try {
            return ByteBuffer.wrap(Base64.getDecoder().decode(base64));
        } catch (IllegalArgumentException e) {
            throw wrong("bytes are no base64");
        }
    }

    private CommandFailure wrong(String what) {
        return new CommandFailure(
                ErrorCode.COPY_OF_DAMAGE, what + ": file=" + file + ", line=" + Math.max(1, lineNumber));
    }
}
