package io.stele.snapshot;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/** Copies of a store's directory, as a {@code kill -9} at that moment would leave it. */
final class Images {

    private Images() {}

    static Path copy(Path source, Path target) throws IOException {
        Files.createDirectories(target);
        for (Path file : files(source)) {
            Files.copy(file, target.resolve(file.getFileName()));
        }
        return target;
    }

    /** Returns the newest file whose name starts and ends like this. */
    static Path newest(Path directory, String start, String end) throws IOException {
        Path found = null;
        for (Path file : files(directory)) {
            String name = file.getFileName().toString();
            if (name.startsWith(start) && name.endsWith(end)) {
                found = file;
            }
        }
        if (found == null) {
            throw new IOException("no such file: directory=" + directory + ", start=" + start + ", end=" + end);
        }
        return found;
    }

    /** Returns names and checksums, without RocksDB's own protocol. */
    static Map<String, Long> contents(Path directory) throws IOException {
        Map<String, Long> contents = new TreeMap<>();
        for (Path file : files(directory)) {
            String name = file.getFileName().toString();
            if (!name.startsWith("LOG")) {
                CRC32 crc = new CRC32();
                crc.update(Files.readAllBytes(file));
                contents.put(name, crc.getValue());
            }
        }
        return contents;
    }

    /** Returns the files in the order of their names. */
    static Path[] files(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().toArray(Path[]::new);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
