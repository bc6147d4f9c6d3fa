package io.stele.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Writes a lane's {@link DurableMark}, without forcing it: a mark that is lost only lags behind. Confined to one thread. */
final class DurableMarkFile implements AutoCloseable {
    private final SegmentStorage.OpenFile file;
    private final long bootIdHash;
    private final ByteBuffer slot = ByteBuffer.allocateDirect(DurableMark.SLOT_BYTES);
    private int counter;

    private DurableMarkFile(SegmentStorage.OpenFile file, long bootIdHash, int counter) {
        this.file = file;
        this.bootIdHash = bootIdHash;
        this.counter = counter;
    }

    /** Opens the mark of a lane; creates it if absent. What it says holds until something is written. */
    static DurableMarkFile open(LaneSetup setup) throws IOException {
        Path path = setup.directory().resolve(SegmentFiles.DURABLE);
        @Nullable DurableMark last = DurableMark.read(setup.directory());
        SegmentStorage storage = setup.storage();
        SegmentStorage.OpenFile file = Files.exists(path) ? storage.open(path) : storage.create(path);
        return new DurableMarkFile(file, setup.bootIdHash(), last == null ? 0 : last.counter());
    }

    /** Records that everything up to the record at {@code position} has been forced. */
    void write(long position, int recordCrc) throws IOException {
        DurableMark mark = new DurableMark(position, recordCrc, bootIdHash, ++counter);
        mark.encode(slot.clear(), 0);
        file.write(slot, mark.slotOffsetBytes());
    }

    void force() throws IOException {
        file.force(true);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
