package io.stele.journal;

import io.stele.spi.CorruptJournalException;
import io.stele.spi.JournalException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The {@link CarriedFile}s of one lane. Together they stand for every segment in front of the oldest that is left:
 *
 * <pre>
 *   [ 1 … 17 carried ][ 18 … 40 carried ][ segment 41 ][ segment 42 ] …
 *                                          ^ the mark "compacted"
 * </pre>
 *
 * <p>One that reaches up to the mark or beyond was never finished, and one that lies within another was merged into it: neither
 * counts. Confined to one thread; as the directory was when it was first asked.
 */
final class CarriedFiles implements AutoCloseable {
    private static final int ATTEMPTS_MAX = 10;

    private final Path laneDirectory;
    private final RecordView view;
    private List<Tile> tiles = List.of();
    private long oldestSegment;
    private @Nullable CarriedFile open;
    private @Nullable Tile openTile;

    private CarriedFiles(Path laneDirectory, RecordView view) {
        this.laneDirectory = laneDirectory;
        this.view = view;
    }

    /** One file that counts. */
    record Tile(Path file, long firstSegment, long lastSegment) {
        boolean holds(Tile other) {
            return firstSegment <= other.firstSegment && lastSegment >= other.lastSegment;
        }

        boolean covers(long segment) {
            return segment >= firstSegment && segment <= lastSegment;
        }
    }

    /**
     * Looks which files there are.
     *
     * @param view what records are read into
     * @throws JournalException if the lane cannot be listed
     */
    static CarriedFiles of(Path laneDirectory, RecordView view) {
        CarriedFiles files = new CarriedFiles(laneDirectory, view);
        files.refresh();
        return files;
    }

    /** Returns the first segment that was not compacted. */
    long oldestSegment() {
        return oldestSegment;
    }

    /** Returns those that count, oldest first. */
    List<Tile> tiles() {
        return tiles;
    }

    /** Returns whether a position lies in front of the oldest segment. */
    boolean covers(long position) {
        return RecordLayout.segmentOf(position) < oldestSegment;
    }

    /**
     * Requires that nothing is missing.
     *
     * @throws CorruptJournalException if a file is
     */
    void requireComplete() {
        long next = 1;
        for (Tile tile : tiles) {
            if (tile.firstSegment != next) {
                throw missing(next);
            }
            next = tile.lastSegment + 1;
        }
        if (next != oldestSegment) {
            throw missing(next);
        }
    }

    /** Reads the record at {@code position}, in front of the oldest segment; false if it was removed. */
    boolean fetch(long position) {
        for (int attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
            try {
                Tile tile = tileOf(RecordLayout.segmentOf(position));
                return open(tile).fetch(position, view);
            } catch (NoSuchFileException e) {
                refresh(); // merged into another one meanwhile
            } catch (IOException e) {
                throw failed(e);
            }
        }
        throw missing(RecordLayout.segmentOf(position));
    }

    /**
     * Reads the first record above a position; quick if that is where the last call has been.
     *
     * @return false if there is none: what follows lies in segments
     */
    boolean nextAfter(long position) {
        long next = Math.max(1, RecordLayout.segmentOf(position));
        for (int attempt = 1; next < oldestSegment && attempt <= ATTEMPTS_MAX; ) {
            try {
                Tile tile = tileOf(next);
                if (open(tile).nextAfter(position, view)) {
                    return true;
                }
                next = tile.lastSegment + 1;
            } catch (NoSuchFileException e) {
                attempt++;
                refresh();
            } catch (IOException e) {
                throw failed(e);
            }
        }
        return false;
    }

    /** Looks again. */
    void refresh() {
        close();
        try {
            int attempt = 0;
            do {
                oldestSegment = DurableMark.oldestSegment(laneDirectory);
                tiles = oldestSegment == 1 ? List.of() : counting(list(laneDirectory), oldestSegment);
            } while (!isComplete() && ++attempt < ATTEMPTS_MAX); // a compaction may have come in between
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** Lists every file of the kind, whether it counts or not. */
    static List<Tile> list(Path laneDirectory) throws IOException {
        List<Tile> tiles = new ArrayList<>();
        if (!Files.isDirectory(laneDirectory)) {
            return tiles;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(laneDirectory, "*" + SegmentFiles.CARRIED_SUFFIX)) {
            for (Path file : files) {
                String name = String.valueOf(file.getFileName());
                String base = name.substring(0, name.length() - SegmentFiles.CARRIED_SUFFIX.length());
                int middle = base.indexOf('_');
                long first = middle < 0 ? 0 : SegmentFiles.numberOf(base.substring(0, middle));
                long last = middle < 0 ? 0 : SegmentFiles.numberOf(base.substring(middle + 1));
                if (first > 0 && last >= first) {
                    tiles.add(new Tile(file, first, last));
                }
            }
        }
        return tiles;
    }

    /** Picks those that count. */
    static List<Tile> counting(List<Tile> all, long oldestSegment) {
        List<Tile> counting = new ArrayList<>();
        for (Tile tile : all) {
            boolean counts = tile.lastSegment < oldestSegment
                    && all.stream()
                            .noneMatch(other ->
                                    !other.equals(tile) && other.lastSegment < oldestSegment && other.holds(tile));
            if (counts) {
                counting.add(tile);
            }
        }
        counting.sort(Comparator.comparingLong(Tile::firstSegment));
        return List.copyOf(counting);
    }

    @Override
    public void close() {
        if (open != null) {
            open.close();
            open = null;
            openTile = null;
        }
    }

    private boolean isComplete() {
        long next = 1;
        for (Tile tile : tiles) {
            next = tile.firstSegment == next ? tile.lastSegment + 1 : -1;
        }
        return next == oldestSegment;
    }

    private CarriedFile open(Tile tile) throws IOException {
        CarriedFile current = open;
        if (current != null && tile.equals(openTile)) {
            return current;
        }
        close();
        current = CarriedFile.open(tile.file);
        if (!isOf(tile, current.header())) {
            current.close();
            throw new CorruptJournalException(
                    "file of what was carried over is another one than its name says; nothing was changed on disk: file="
                            + tile.file + ", header=" + current.header() + "; run: stele verify");
        }
        open = current;
        openTile = tile;
        return current;
    }

    private boolean isOf(Tile tile, CarriedFile.Header header) {
        return header.firstSegment() == tile.firstSegment
                && header.lastSegment() == tile.lastSegment
                && laneDirectory.endsWith("lane-" + header.lane());
    }

    private Tile tileOf(long segment) {
        for (Tile tile : tiles) {
            if (tile.covers(segment)) {
                return tile;
            }
        }
        throw missing(segment);
    }

    private CorruptJournalException missing(long segment) {
        return new CorruptJournalException(
                "what was carried over by a compaction is missing; nothing was changed on disk: lane=" + laneDirectory
                        + ", segment=" + segment + ", oldestSegment=" + oldestSegment + "; run: stele verify");
    }

    private JournalException failed(IOException e) {
        return new JournalException("lane cannot be read: lane=" + laneDirectory + ", cause=" + e, e);
    }
}
