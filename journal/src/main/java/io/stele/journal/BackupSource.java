package io.stele.journal;

import io.stele.spi.CorruptJournalException;
import io.stele.spi.JournalException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A journal that is being copied: what of it will not change, and where it may be cut. Confined to one thread. */
sealed interface BackupSource extends AutoCloseable {

    Path directory();

    Manifest manifest();

    /** Returns the epoch of its last opening. */
    long epoch();

    /** Returns the first segment of a lane that may still change, or that is not known to be on the disk. */
    long sealedEnd(int lane) throws IOException;

    /** Returns where a lane is to be cut: a record that will still be there after any crash, once it is copied. */
    LaneBackup.Cut cut(int lane) throws IOException;

    /** Returns whether the segment of a cut is on the disk as far as the cut, so that it may be shared if it ends there. */
    boolean isShared(LaneBackup.Cut cut) throws IOException;

    @Override
    void close();

    /** A journal that this process has open. */
    record Open(ChronicleJournal journal) implements BackupSource {
        private static final long PAUSE_NS = 100_000;

        @Override
        public Path directory() {
            return journal.directory();
        }

        @Override
        public Manifest manifest() {
            return journal.manifest();
        }

        @Override
        public long epoch() {
            return journal.epoch();
        }

        @Override
        public long sealedEnd(int lane) {
            return RecordLayout.segmentOf(journal.durablePosition(lane));
        }

        @Override
        public LaneBackup.Cut cut(int lane) {
            long position = durableNow(lane);
            if (position == 0) {
                return new LaneBackup.Cut(lane, 0, 0);
            }
            long segment = RecordLayout.segmentOf(position);
            Path file = SegmentFiles.segment(SegmentFiles.laneDirectory(directory(), lane), segment);
            try (SegmentReader reader = SegmentReader.open(file, segment)) {
                RecordView view = new RecordView();
                if (reader.readAt(RecordLayout.offsetOf(position), view) != SegmentReader.Outcome.RECORD) {
                    throw new CorruptJournalException(
                            "last durable record cannot be read; nothing was changed: segment=" + file + ", position="
                                    + position + "; run: stele verify");
                }
                return new LaneBackup.Cut(lane, position, view.crc());
            }
        }

        /** Waits until everything that is appended by now is durable. */
        private long durableNow(int lane) {
            LaneWriter writer = journal.lane(lane).writer();
            long appended = writer.appendedPosition();
            while (journal.durablePosition(lane) < appended) {
                JournalException failure = writer.failure();
                if (failure != null) {
                    throw new JournalException(
                            "lane has failed, so the journal cannot be copied while it is open: lane=" + lane
                                    + ", reason=" + failure.getMessage(),
                            failure);
                }
                journal.requestSync(lane);
                LockSupport.parkNanos(this, PAUSE_NS);
                if (Thread.currentThread().isInterrupted()) {
                    throw new JournalException("copying was interrupted; nothing was changed: lane=" + lane);
                }
            }
            return journal.durablePosition(lane);
        }

        @Override
        public boolean isShared(LaneBackup.Cut cut) {
            return true;
        }

        @Override
        public void close() {
            // stays open
        }
    }

    /** A journal that nobody has open, and nobody can open meanwhile. */
    final class Closed implements BackupSource {
        private final Path directory;
        private final Manifest manifest;
        private final @Nullable JournalLock lock;

        private Closed(Path directory, Manifest manifest, @Nullable JournalLock lock) {
            this.directory = directory;
            this.manifest = manifest;
            this.lock = lock;
        }

        /** Takes the lock; without one where nothing can be written, for then nobody can open it. */
        static Closed lock(Path directory) throws IOException {
            Manifest manifest = Manifest.read(directory);
            IncompleteMark.requireNone(directory);
            return new Closed(directory, manifest, Files.isWritable(directory) ? JournalLock.acquire(directory) : null);
        }

        @Override
        public Path directory() {
            return directory;
        }

        @Override
        public Manifest manifest() {
            return manifest;
        }

        @Override
        public long epoch() {
            try {
                return lock == null ? 0 : lock.lastEpoch();
            } catch (IOException e) {
                return 0; // the records carry it too
            }
        }

        @Override
        public long sealedEnd(int lane) throws IOException {
            DurableMark mark = mark(lane);
            return mark == null ? 0 : RecordLayout.segmentOf(mark.position());
        }

        @Override
        public LaneBackup.Cut cut(int lane) throws IOException {
            DurableMark mark = mark(lane);
            if (mark == null) {
                return new LaneBackup.Cut(lane, 0, 0);
            }
            List<Finding> findings = new ArrayList<>();
            LaneScan scan = new LaneScan(directory, manifest, lane, mark::position, findings::add);
            long[] last = {mark.position(), mark.recordCrc()};
            scan.run(mark.position(), ScanMeter.SILENT, record -> {
                if (findings.isEmpty()) {
                    last[0] = record.position();
                    last[1] = record.crc();
                }
                return findings.isEmpty();
            });
            findings.stream().filter(Finding::durable).findFirst().ifPresent(finding -> {
                throw damaged(finding.message());
            });
            return new LaneBackup.Cut(lane, last[0], (int) last[1]);
        }

        @Override
        public boolean isShared(LaneBackup.Cut cut) throws IOException {
            DurableMark mark = mark(cut.lane());
            return mark != null && mark.position() == cut.position();
        }

        @Override
        public void close() {
            if (lock != null) {
                lock.close();
            }
        }

        private @Nullable DurableMark mark(int lane) throws IOException {
            Path laneDirectory = SegmentFiles.laneDirectory(directory, lane);
            DurableMark mark = DurableMark.read(laneDirectory);
            if (mark == null && SegmentFiles.list(laneDirectory).length > 0) {
                throw damaged("how far a lane was durable is not known any more: lane=" + lane);
            }
            return mark;
        }

        private CorruptJournalException damaged(String what) {
            return new CorruptJournalException(
                    "journal is damaged, so it is not copied; nothing was changed: " + what + ", directory=" + directory
                            + "; run: stele verify --data-dir "
                            + directory.toAbsolutePath().getParent());
        }
    }
}
