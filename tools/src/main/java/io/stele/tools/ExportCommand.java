package io.stele.tools;

import com.github.luben.zstd.ZstdOutputStream;
import io.stele.encryption.KeyInspector;
import io.stele.journal.JournalPieces;
import io.stele.spi.CorruptJournalException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code stele export}: the history as text. */
@Command(
        name = "export",
        abbreviateSynopsis = true,
        sortOptions = false,
        description = "Writes the history as JSON lines, which can be imported, or as CSV.",
        footer = {
            "",
            "Example: stele export --out bank.jsonl.zst --zstd",
            "Stops at damage: a file that was written to the end has everything that was asked for.",
            "A file gets its name when it is complete. Reads files, also while their owner runs; takes no lock."
        })
final class ExportCommand extends SubCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Parameters(paramLabel = "ACTOR", arity = "0..1", description = "An actor, or a pattern. Default: all.")
    private @Nullable String actor;

    @Option(names = "--format", paramLabel = "FORMAT", description = "jsonl or csv. Default: jsonl.")
    private ExportFormat format = ExportFormat.JSONL;

    @Option(names = "--out", paramLabel = "FILE", description = "Where to. Default: stdout.")
    private @Nullable Path target;

    @Option(names = "--zstd", description = "Compresses it.")
    private boolean zstd;

    @Mixin
    private final FilterOptions filters = new FilterOptions();

    /** What is written. */
    enum ExportFormat {
        JSONL,
        CSV
    }

    @Override
    public Integer call() {
        DataDirectory directory = DataDirectory.of(main.options().dataDirectory());
        Path file = target;
        if (file == null) {
            long unused = write(directory, main.options().console().out());
            main.options().console().out().flush();
            return ExitCode.DONE;
        }
        if (Files.exists(file)) {
            throw new CommandFailure(ErrorCode.TARGET_NOT_EMPTY, "target exists; nothing was written: target=" + file);
        }
        Path unfinished = Unfinished.begin(file);
        try {
            long events = writeTo(directory, unfinished);
            Unfinished.finish(unfinished, file);
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("schema", "stele.export-report/1");
            tree.put("target", file.toString());
            tree.put("events", events);
            tree.put("bytes", Files.size(file));
            main.options()
                    .report(
                            tree,
                            screen -> List.of(screen.paint(Paint.GOOD, screen.tick()) + " "
                                    + Units.count(events, "event") + " in " + SafeText.of(file.toString())));
            return ExitCode.DONE;
        } catch (IOException e) {
            throw new CommandFailure(
                    ErrorCode.UNWRITABLE,
                    "export cannot be written, and was removed: target=" + file + ", cause=" + e,
                    e);
        } finally {
            Unfinished.abandon(unfinished);
        }
    }

    private long writeTo(DataDirectory directory, Path file) throws IOException {
        try (OutputStream out = Files.newOutputStream(file)) {
            return write(directory, out);
        }
    }

    private long write(DataDirectory directory, OutputStream out) {
        JournalPieces pieces = directory.pieces();
        Scan scan = new Scan(pieces, pieces.pieces(), finding -> {
            if (finding.durable()) {
                throw new CorruptJournalException(finding.report());
            }
        });
        try {
            OutputStream sink = zstd ? compressed(out) : out;
            Writing writing = new Writing(sink);
            writing.text(
                    format == ExportFormat.CSV
                            ? ExportFile.CSV_HEADER
                            : "{\"schema\":\"stele.export/1\",\"journalId\":\""
                                    + directory.journal().journalId() + "\",\"lanes\":"
                                    + directory.journal().laneCount() + "}\n");
            EventFilter filter = filters.filter(spec, actor, System.currentTimeMillis());
            KeyInspector keys = directory.keys();
            Queue<ExportFile> free = new ConcurrentLinkedQueue<>();
            Progress.during(main.options(), scan::status, () -> {
                scan.runBlocks(
                        block -> {
                            ExportFile used = free.poll();
                            return (used == null ? new ExportFile(format, filter, keys) : used).write(block);
                        },
                        part -> {
                            writing.part(part);
                            free.add(part);
                        });
                return null;
            });
            if (format == ExportFormat.JSONL) {
                writing.end();
            }
            finish(sink);
            return writing.events;
        } catch (IOException e) {
            throw new CommandFailure(ErrorCode.UNWRITABLE, "export cannot be written: cause=" + e, e);
        }
    }

    private static OutputStream compressed(OutputStream out) throws IOException {
        return new ZstdOutputStream(
                new BufferedOutputStream(out, 1 << 20)); // not every build of the library has workers
    }

    private void finish(OutputStream sink) throws IOException {
        if (zstd) {
            sink.close(); // ends the frame
        } else {
            sink.flush();
        }
    }

    /** Writes parts one after the other, and adds up what the last line says. */
    private static final class Writing {
        private final OutputStream out;
        private final CRC32C crc = new CRC32C();
        private long events;
        private long notes;

        Writing(OutputStream out) {
            this.out = out;
        }

        void text(String text) throws IOException {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            crc.update(bytes, 0, bytes.length);
            out.write(bytes);
        }

        void part(ExportFile part) {
            crc.update(part.bytes(), 0, part.length());
            events += part.eventCount();
            notes += part.noteCount();
            try {
                out.write(part.bytes(), 0, part.length());
            } catch (IOException e) {
                throw new CommandFailure(ErrorCode.UNWRITABLE, "export cannot be written: cause=" + e, e);
            }
        }

        void end() throws IOException {
            String last = String.format(
                    "{\"end\":true,\"events\":%d,\"notes\":%d,\"crc32c\":\"%08x\"}\n", events, notes, crc.getValue());
            out.write(last.getBytes(StandardCharsets.UTF_8));
        }
    }
}
