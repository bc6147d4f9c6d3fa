package io.stele.journal;

import io.stele.spi.JournalException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Says that a directory is a copy that was begun and not finished: the first file that a copy gets, and the last that goes.
 *
 * <pre>
 *   mark, forced ──&gt; files ──&gt; manifest ──&gt; verified ──&gt; all forced ──&gt; mark removed
 * </pre>
 *
 * <p>Nothing opens such a directory. It is worth nothing, and may be deleted.
 */
final class IncompleteMark {
    private static final String TEXT =
            "This copy of a journal was begun and not finished. It cannot be opened; delete the directory.\n";

    private IncompleteMark() {}

    static void set(Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve(SegmentFiles.INCOMPLETE), TEXT);
        force(file);
        force(directory);
    }

    static void remove(Path directory) throws IOException {
        force(directory);
        Files.delete(directory.resolve(SegmentFiles.INCOMPLETE));
        force(directory);
    }

    /**
     * @throws JournalException if the directory is a copy that was not finished
     */
    static void requireNone(Path directory) {
        if (Files.exists(directory.resolve(SegmentFiles.INCOMPLETE))) {
            throw new JournalException(
                    "this copy of a journal was not finished, so it is not opened; delete it and make another: directory="
                            + directory + ", found=" + SegmentFiles.INCOMPLETE);
        }
    }

    static void force(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
