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

    /** Gives a new lane its first mark, with position 0, and takes the room of all later ones on the disk. */
    static void create(LaneSetup setup) throws IOException {
        Path path = setup.directory().resolve(SegmentFiles.DURABLE);
        if (Files.exists(path) && Files.size(path) >= DurableMark.FILE_BYTES) {
            return;
        }
        ByteBuffer marks = ByteBuffer.allocate(DurableMark.FILE_BYTES);
        DurableMark first = new DurableMark(0, 0, setup.bootIdHash(), 1);
        first.encode(marks, first.slotOffsetBytes());
        try (SegmentStorage.OpenFile file = setup.storage().create(path)) {
            file.write(marks, 0);
            file.force(true);
        }
        setup.storage().forceDirectory(setup.directory());
    }

    /** Opens the mark of a lane. What it says holds until something is written. */
    static DurableMarkFile open(LaneSetup setup) throws IOException {
        @Nullable DurableMark last = DurableMark.read(setup.directory());
        return new DurableMarkFile(
                setup.storage().open(setup.directory().resolve(SegmentFiles.DURABLE)),
                setup.bootIdHash(),
                last == null ? 0 : last.counter());
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
