package io.stele.journal;

import io.stele.spi.PersistenceId;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the histories of a lane's actors ended when the journal was last closed: the head checkpoint. With it an opening that has lost its
 * index reads what was appended since, and not the whole lane.
 *
 * <pre>
 *   0    4    "STHD"
 *   4    4    format version, 1
 *   8   16    id of the journal: the more significant half, then the other
 *  24    4    lane
 *  28    4    count of actors n
 *  32    8    checkpoint: position of the last record that is taken into account
 *  40    4    checksum of that record
 *  44    4    0
 *  48         n times: [ length of the id 2 ][ persistence id, UTF-8 ][ last sequence number 8 ][ last position 8 ]
 *  end−4 4    CRC-32C of all that is before
 * </pre>
 *
 * <p>Little-endian. A cache: it is not forced, one that is torn or damaged counts as absent, and deleting it costs time alone. One whose
 * checkpoint is not in the lane is of another state of it, and is not believed.
 */
record HeadsFile(PositionIndex.Checkpoint checkpoint, Map<PersistenceId, Head> heads) {
    /** Beyond this the file is not written: walking that many entries of the index takes about as long as a close may. */
    static final int INDEX_ENTRIES_MAX = 200_000;

    static final String NAME = "heads";

    private static final Logger LOG = LoggerFactory.getLogger(HeadsFile.class);
    private static final int MAGIC = 'S' | 'T' << 8 | 'H' << 16 | 'D' << 24;
    private static final int VERSION = 1;
    private static final int HEADER_BYTES = 48;
    private static final int HEAD_BYTES_MAX = 2 + PersistenceId.LENGTH_BYTES_MAX + 2 * Long.BYTES;

    /** Writes the file; what goes wrong is logged, as nothing depends on it. */
    void write(LaneSetup setup) {
        Path file = setup.directory().resolve(NAME);
        Path filling = setup.directory().resolve(NAME + SegmentReserve.TEMPORARY_SUFFIX);
        try {
            try (SegmentStorage.OpenFile target = setup.storage().create(filling)) {
                target.write(encode(setup), 0);
            }
            setup.storage().rename(filling, file);
        } catch (IOException e) {
            LOG.warn("head checkpoint could not be written; nothing is lost: file={}, cause={}", file, e.toString());
        }
    }

    private ByteBuffer encode(LaneSetup setup) {
        ByteBuffer target = ByteBuffer.allocate(HEADER_BYTES + heads.size() * HEAD_BYTES_MAX + Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        target.putInt(MAGIC).putInt(VERSION);
        target.putLong(setup.manifest().journalId().getMostSignificantBits());
        target.putLong(setup.manifest().journalId().getLeastSignificantBits());
        target.putInt(setup.lane()).putInt(heads.size());
        target.putLong(checkpoint.position()).putInt(checkpoint.crc()).putInt(0);
        heads.forEach((id, head) -> {
            byte[] name = id.encodedBytes();
            target.putShort((short) name.length).put(name);
            target.putLong(head.sequenceNumber()).putLong(head.position());
        });
        target.putInt(crcOf(target, target.position()));
        return target.flip();
    }

    /** Reads the file of a lane; null if there is none that is whole and of this lane. */
    static @Nullable HeadsFile read(LaneSetup setup) {
        Path file = setup.directory().resolve(NAME);
        try {
            if (Files.size(file) > HEADER_BYTES + (long) INDEX_ENTRIES_MAX * HEAD_BYTES_MAX) {
                return null;
            }
            return decode(ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN), setup);
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException | IllegalArgumentException | BufferUnderflowException e) {
            LOG.warn("head checkpoint cannot be read; nothing is lost: file={}, cause={}", file, e.toString());
            return null;
        }
    }

    private static @Nullable HeadsFile decode(ByteBuffer source, LaneSetup setup) {
        int end = source.limit() - Integer.BYTES;
        if (end < HEADER_BYTES || source.getInt(end) != crcOf(source, end)) {
            return null;
        }
        boolean isOurs = source.getInt() == MAGIC
                && source.getInt() == VERSION
                && source.getLong() == setup.manifest().journalId().getMostSignificantBits()
                && source.getLong() == setup.manifest().journalId().getLeastSignificantBits()
                && source.getInt() == setup.lane();
        if (!isOurs) {
            return null;
        }
        int count = source.getInt();
        PositionIndex.Checkpoint checkpoint = new PositionIndex.Checkpoint(source.getLong(), source.getInt());
        source.position(HEADER_BYTES);
        Map<PersistenceId, Head> heads = new HashMap<>();
        for (int i = 0; i < count; i++) {
            byte[] name = new byte[source.getShort() & 0xffff];
            source.get(name);
            heads.put(
                    PersistenceId.parse(new String(name, StandardCharsets.UTF_8)),
                    new Head(source.getLong(), source.getLong()));
        }
        return source.position() == end ? new HeadsFile(checkpoint, heads) : null;
    }

    private static int crcOf(ByteBuffer bytes, int end) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate().limit(end).position(0));
        return (int) crc.getValue();
    }
}
