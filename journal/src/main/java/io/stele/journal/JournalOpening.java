package io.stele.journal;

import io.stele.spi.Clock;
import io.stele.spi.DurabilityListener;
import io.stele.spi.IndexStore;
import io.stele.spi.JournalException;
import io.stele.spi.OpeningReport;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Opens a journal, one step after the other.
 *
 * <pre>
 *   directory ──&gt; LOCK ──&gt; manifest ──&gt; recover each lane ──&gt; new epoch ──&gt; lanes ──&gt; ready
 * </pre>
 *
 * @param machine what the journal runs on
 */
record JournalOpening(JournalOptions options, IndexStore index, Clock clock, JournalMachine machine) {

    private static final Logger LOG = LoggerFactory.getLogger(JournalOpening.class);
    private static final long LONG_NS = 1_000_000_000L;

    /** What an open journal is made of. */
    record Parts(
            IndexStore index,
            SegmentReserve reserve,
            IndexThread indexing,
            List<Lane> lanes,
            long epoch,
            AtomicReference<@Nullable DurabilityListener> listener,
            OpeningReport report) {}

    ChronicleJournal open() {
        JournalLock lock = null;
        boolean opened = false;
        Phases phases = new Phases(clock);
        try {
            JournalDirectory.prepare(options.directory());
            lock = JournalLock.acquire(options.directory());
            Manifest manifest = JournalDirectory.manifest(options, machine.storage(), clock);
            phases.end("lock");
            Parts parts = parts(lock, manifest, phases);
            parts.reserve().start();
            parts.indexing().start();
            opened = true;
            return new ChronicleJournal(options, manifest, lock, parts);
        } catch (IOException e) {
            throw new JournalException(
                    "journal cannot be opened: directory=" + options.directory() + ", cause=" + e, e);
        } finally {
            if (lock != null && !opened) {
                lock.close();
            }
        }
    }

    private Parts parts(JournalLock lock, Manifest manifest, Phases phases) throws IOException {
        Holder holder = machine.holder().get();
        LaneTail[] tails = new LaneTail[manifest.laneCount()];
        LaneFindings[] found = new LaneFindings[tails.length];
        try (LaneWork work = LaneWork.of(tails.length, machine)) {
            work.beside(() -> new PositionIndex(index, 0, manifest.journalId()).checkpoint());
            work.each(lane -> {
                LaneSetup setup = setup(lane, manifest, 0, holder);
                Files.createDirectories(setup.directory());
                found[lane] = new LaneFindings();
                tails[lane] = LaneRecovery.recover(setup, found[lane]);
                DurableMarkFile.create(setup);
            });
        }
        long epoch = lock.lastEpoch();
        for (LaneTail tail : tails) {
            epoch = Math.max(epoch, tail.epoch());
        }
        epoch++;
        long newEpoch = epoch;
        machine.storage().forceDirectory(options.directory());
        lock.record(holder, epoch, clock.epochMs());
        phases.end("lanes");
        SegmentReserve reserve = new SegmentReserve(options, machine);
        AtomicReference<@Nullable DurabilityListener> listener = new AtomicReference<>();
        Lane[] opened = new Lane[tails.length];
        try (LaneWork work = LaneWork.of(tails.length, machine)) {
            work.each(lane -> {
                found[lane].indexedBytes = bytesBehind(lane, manifest, tails[lane]);
                opened[lane] = new Lane(
                        new Lane.Opened(setup(lane, manifest, newEpoch, holder), tails[lane], index),
                        reserve,
                        listener::get);
            });
        }
        List<Lane> lanes = List.of(opened);
        phases.end("index");
        OpeningReport report = report(epoch, phases, found, tails);
        OpeningFile.write(options.directory(), report);
        return new Parts(
                index, reserve, new IndexThread(lanes, clock, machine.workers()), lanes, epoch, listener, report);
    }

    private OpeningReport report(long epoch, Phases phases, LaneFindings[] found, LaneTail[] tails) {
        List<OpeningReport.Lane> lanes = new ArrayList<>();
        for (int lane = 0; lane < found.length; lane++) {
            lanes.add(found[lane].toReport(lane, tails[lane]));
        }
        OpeningReport report = new OpeningReport(epoch, clock.epochMs(), phases.list, lanes);
        log(report);
        return report;
    }

    /** One line per phase and per lane; loud only if there was something to repair, or if it took long. */
    private void log(OpeningReport report) {
        Level quiet = report.durationNs() >= LONG_NS ? Level.INFO : Level.DEBUG;
        for (OpeningReport.Phase phase : report.phases()) {
            LOG.atLevel(quiet)
                    .log(
                            "opening journal: phase={}, durationMs={}, directory={}",
                            phase.name(),
                            phase.durationNs() / 1_000_000,
                            options.directory());
        }
        for (OpeningReport.Lane lane : report.lanes()) {
            LOG.atLevel(lane.clean() ? quiet : Level.INFO).log("opened lane: {}", lane);
        }
    }

    /** Returns how much of a lane the index does not know yet. */
    private long bytesBehind(int lane, Manifest manifest, LaneTail tail) throws IOException {
        if (tail.position() == 0) {
            return 0;
        }
        long from = new PositionIndex(index, lane, manifest.journalId())
                .checkpoint()
                .position();
        if (from > tail.position() || RecordLayout.segmentOf(from) < tail.firstSegment()) {
            from = RecordLayout.position(tail.firstSegment(), 0);
        }
        long bytes = RecordLayout.offsetOf(tail.position()) - RecordLayout.offsetOf(from);
        for (long segment = RecordLayout.segmentOf(from);
                segment < RecordLayout.segmentOf(tail.position());
                segment++) {
            bytes += Files.size(SegmentFiles.segment(SegmentFiles.laneDirectory(options.directory(), lane), segment));
        }
        return bytes;
    }

    /** Takes the time between the ends of phases. */
    private static final class Phases {
        private final Clock clock;
        private final List<OpeningReport.Phase> list = new ArrayList<>();
        private long sinceNs;

        Phases(Clock clock) {
            this.clock = clock;
            sinceNs = clock.nanoTime();
        }

        void end(String name) {
            long nowNs = clock.nanoTime();
            list.add(new OpeningReport.Phase(name, nowNs - sinceNs));
            sinceNs = nowNs;
        }
    }

    private LaneSetup setup(int lane, Manifest manifest, long epoch, Holder holder) {
        return new LaneSetup(
                lane,
                SegmentFiles.laneDirectory(options.directory(), lane),
                manifest,
                options,
                epoch,
                holder,
                clock,
                machine);
    }
}
