package io.stele.tools;

import io.stele.Stele;
import io.stele.journal.JournalInspector;
import io.stele.spi.OpeningReport;
import io.stele.spi.SteleException;
import io.stele.tools.Diagnosis.Status;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What {@code doctor} looks at in a data directory. */
final class DirectoryChecks {
    private static final Set<String> REMOTE = Set.of("nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "9p");
    private static final Set<String> VOLATILE = Set.of("tmpfs", "ramfs");
    private static final long FREE_BYTES_MIN = 1L << 30;

    private DirectoryChecks() {}

    static List<Diagnosis> of(Path directory) {
        if (!Files.isDirectory(directory)) {
            return List.of(new Diagnosis(
                    "data directory",
                    Status.REMARK,
                    "none at " + directory,
                    "name one with --data-dir to have it looked at"));
        }
        List<Diagnosis> found = new ArrayList<>();
        try {
            FileStore store = Files.getFileStore(directory);
            found.add(fileSystem(directory, store.type()));
            found.add(room(store));
        } catch (IOException e) {
            found.add(new Diagnosis("file system", Status.WRONG, "cannot be asked: " + e, "look at the mount"));
        }
        found.add(Diagnosis.of(
                "permissions",
                Files.isWritable(directory),
                Status.REMARK,
                Files.isWritable(directory) ? "this user may write" : "this user may only read",
                "that is enough to look at it, not to own it"));
        found.add(journal(directory));
        holder(directory).ifPresent(found::add);
        return found;
    }

    private static Diagnosis fileSystem(Path directory, String type) {
        if (REMOTE.contains(type)) {
            return new Diagnosis(
                    "file system",
                    Status.WRONG,
                    type + " at " + directory,
                    "use a local disk: remote ones lose locks and forces");
        }
        return Diagnosis.of(
                "file system",
                !VOLATILE.contains(type),
                Status.REMARK,
                type + " at " + directory,
                "it lies in memory: nothing of it survives a power cut");
    }

    private static Diagnosis room(FileStore store) throws IOException {
        long free = store.getUsableSpace();
        long total = Math.max(1, store.getTotalSpace());
        return Diagnosis.of(
                "free space",
                free >= FREE_BYTES_MIN,
                Status.WRONG,
                Units.bytes(free) + " of " + Units.bytes(total),
                "make room: stele compact shows what may go");
    }

    private static Diagnosis journal(Path directory) {
        try {
            JournalInspector journal = JournalInspector.open(Stele.journalDirectory(directory));
            Optional<OpeningReport> opening = journal.lastOpening();
            return Diagnosis.well(
                    "journal",
                    Units.count(journal.laneCount(), "lane")
                            + opening.map(DirectoryChecks::shown).orElse(""));
        } catch (SteleException e) {
            return new Diagnosis(
                    "journal",
                    Status.WRONG,
                    String.valueOf(e.getMessage()),
                    ErrorCode.of(e).next());
        }
    }

    private static String shown(OpeningReport report) {
        boolean isClean = report.lanes().stream().allMatch(OpeningReport.Lane::clean);
        return ", last opened " + Units.time(report.openedAtMs()) + " UTC "
                + (isClean ? "after a good end" : "after a crash, and mended");
    }

    /** The lock file says who opened it last; whether that process is alive tells whether it does still. */
    private static Optional<Diagnosis> holder(Path directory) {
        Path lock = Stele.journalDirectory(directory).resolve("LOCK");
        try {
            String text = Files.readString(lock).strip().replace('\n', ' ');
            return text.isEmpty() ? Optional.empty() : Optional.of(Diagnosis.well("last owner", text));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
