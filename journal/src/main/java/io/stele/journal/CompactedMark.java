package io.stele.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Writes a lane's mark {@code compacted}, drawn at {@link DurableMark}: the moment from which older files do not count. */
final class CompactedMark {
    private CompactedMark() {}

    /** Writes the mark into the slot that is not the current one, and forces it and its name. */
    static void write(LaneSetup setup, long oldestSegment, long watermarkPosition, int watermarkCrc)
            throws IOException {
        @Nullable DurableMark last = DurableMark.compacted(setup.directory());
        DurableMark next = new DurableMark(
                RecordLayout.position(oldestSegment, 0),
                watermarkCrc,
                watermarkPosition,
                last == null ? 1 : last.counter() + 1);
        write(setup, next);
    }

    /**
     * Writes the current mark once more and forces it, before something is deleted because of it: a force that failed may have left
     * it in the page cache alone, where it can be read and a power cut takes it.
     */
    static void renew(LaneSetup setup) throws IOException {
        @Nullable DurableMark last = DurableMark.compacted(setup.directory());
        if (last != null) {
            write(setup, last);
        }
    }

    private static void write(LaneSetup setup, DurableMark next) throws IOException {
        ByteBuffer slot = ByteBuffer.allocate(DurableMark.SLOT_BYTES);
        next.encode(slot, 0);
        Path path = setup.directory().resolve(SegmentFiles.COMPACTED);
        boolean exists = Files.exists(path);
        try (SegmentStorage.OpenFile file =
                exists ? setup.storage().open(path) : setup.storage().create(path)) {
            if (!exists) {
                file.resize(DurableMark.FILE_BYTES);
            }
            file.write(slot, next.slotOffsetBytes());
            file.force(true);
        }
        setup.storage().forceDirectory(setup.directory());
    }
}
