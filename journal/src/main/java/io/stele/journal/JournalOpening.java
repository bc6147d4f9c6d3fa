package io.stele.journal;

import io.stele.spi.Clock;
import io.stele.spi.DurabilityListener;
import io.stele.spi.IndexStore;
import io.stele.spi.JournalException;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Opens a journal, one step after the other.
 *
 * <pre>
 *   directory ──&gt; LOCK ──&gt; manifest ──&gt; recover each lane ──&gt; new epoch ──&gt; lanes ──&gt; ready
 * </pre>
 *
 * @param storage and {@code appenders}: the file system, or what stands in its place
 */
record JournalOpening(
        JournalOptions options,
        IndexStore index,
        Clock clock,
        SegmentStorage storage,
        DocumentAppender.Factory appenders) {

    /** What an open journal is made of. */
    record Parts(
            IndexStore index,
            SegmentReserve reserve,
            IndexThread indexing,
            List<Lane> lanes,
            long epoch,
            AtomicReference<@Nullable DurabilityListener> listener) {}

    ChronicleJournal open() {
        JournalLock lock = null;
        boolean opened = false;
        try {
            JournalDirectory.prepare(options.directory());
            lock = JournalLock.acquire(options.directory());
            Manifest manifest = JournalDirectory.manifest(options, storage, clock);
            Parts parts = parts(lock, manifest);
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

    private Parts parts(JournalLock lock, Manifest manifest) throws IOException {
        Holder holder = Holder.self();
        LaneTail[] tails = new LaneTail[manifest.laneCount()];
        long epoch = lock.lastEpoch();
        for (int lane = 0; lane < tails.length; lane++) {
            LaneSetup setup = setup(lane, manifest, 0, holder);
            Files.createDirectories(setup.directory());
            tails[lane] = LaneRecovery.recover(setup);
            DurableMarkFile.create(setup);
            epoch = Math.max(epoch, tails[lane].epoch());
        }
        epoch++;
        storage.forceDirectory(options.directory());
        lock.record(holder, epoch, clock.epochMs());
        SegmentReserve reserve = new SegmentReserve(options, storage);
        AtomicReference<@Nullable DurabilityListener> listener = new AtomicReference<>();
        List<Lane> lanes = new ArrayList<>();
        for (int lane = 0; lane < tails.length; lane++) {
            Lane.Opened opened = new Lane.Opened(setup(lane, manifest, epoch, holder), tails[lane], index);
            lanes.add(new Lane(opened, reserve, listener::get));
        }
        return new Parts(index, reserve, new IndexThread(lanes, clock), lanes, epoch, listener);
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
                storage,
                appenders);
    }
}
