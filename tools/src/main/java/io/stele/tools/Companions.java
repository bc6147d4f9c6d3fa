package io.stele.tools;

import io.stele.Stele;
import io.stele.spi.Presence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What lies beside journal and snapshots in a data directory: keys, legal holds, records of what was done. */
final class Companions {
    static final String REWRITES = "rewrites.jsonl";

    private Companions() {}

    /** Copies it into another data directory. */
    static void copy(Path source, Path target) throws IOException {
        for (Path file : List.of(
                Stele.encryptionFile(source),
                Stele.legalHoldsFile(source),
                Stele.compactionHistoryFile(source),
                source.resolve(REWRITES))) {
            if (Presence.of(file)) {
                Files.copy(file, target.resolve(file.getFileName()));
            }
        }
        Path keys = Stele.keyDirectory(source);
        if (Presence.ofDirectory(keys)) {
            Path copies = Files.createDirectories(Stele.keyDirectory(target));
            try (Stream<Path> files = Files.list(keys)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    Files.copy(file, copies.resolve(file.getFileName()));
                }
            }
        }
    }
}
