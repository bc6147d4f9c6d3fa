package io.stele.journal;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How the files of a journal are called.
 *
 * <pre>
 *   LOCK                            who writes; see JournalLock
 *   opening                         what the last opening found; see OpeningFile
 *   manifest                        what this directory is; see Manifest
 *   incomplete                      a copy that is being made, or was not finished; see IncompleteMark
 *   lane-0/19700101-000001.cq4      segment 1: the segment number is the name read as seconds since 1970, in UTC
 *   lane-0/19700101-000002.cq4      segment 2
 *   lane-0/19700101-000003.precreated   zeros: segment 3 when its time comes
 *   lane-0/19700101-000001_19700101-000017.carried   what stayed of segments 1 to 17; see CarriedFile
 *   lane-0/durable                  how far the lane has been forced; see DurableMark
 *   lane-0/compacted                which segment is the oldest, once older ones were removed; see DurableMark
 *   lane-0/heads                    where the actors' histories ended at the last close; see HeadsFile
 *   lane-0/metadata.cq4t            Chronicle's own; made anew at every opening
 * </pre>
 *
 * <p>The names are dates because Chronicle parses them; they sort by number.
 */
final class SegmentFiles {
    static final String LOCK = "LOCK";
    static final String MANIFEST = "manifest";
    static final String INCOMPLETE = "incomplete";
    static final String DURABLE = "durable";
    static final String COMPACTED = "compacted";
    static final String CHRONICLE_METADATA = "metadata.cq4t";
    static final String NAME_FORMAT = "yyyyMMdd-HHmmss";
    static final String SUFFIX = ".cq4";
    static final String PRECREATED_SUFFIX = ".precreated";
    static final String CARRIED_SUFFIX = ".carried";

    /** Chronicle counts cycles in an int. */
    static final long SEGMENT_MAX = Integer.MAX_VALUE;

    private static final DateTimeFormatter NAME = DateTimeFormatter.ofPattern(NAME_FORMAT);
    private static final DateTimeFormatter NAME_STRICT =
            DateTimeFormatter.ofPattern("uuuuMMdd-HHmmss").withResolverStyle(ResolverStyle.STRICT);

    private SegmentFiles() {}

    static Path laneDirectory(Path directory, int lane) {
        return directory.resolve("lane-" + lane);
    }

    static Path segment(Path laneDirectory, long segment) {
        return laneDirectory.resolve(baseName(segment) + SUFFIX);
    }

    static Path precreated(Path laneDirectory, long segment) {
        return laneDirectory.resolve(baseName(segment) + PRECREATED_SUFFIX);
    }

    /** Returns the number of the segment that a file holds, or 0 if its name is not one of a segment. */
    static long segmentOf(Path file) {
        return numberOf(file, SUFFIX);
    }

    /** Returns the number of the segment that a file is kept for, or 0 if its name is not one of a pre-created segment. */
    static long precreatedOf(Path file) {
        return numberOf(file, PRECREATED_SUFFIX);
    }

    /** Returns the file for what stayed of segments {@code first} to {@code last}. */
    static Path carried(Path laneDirectory, long first, long last) {
        return laneDirectory.resolve(baseName(first) + "_" + baseName(last) + CARRIED_SUFFIX);
    }

    /**
     * Lists the numbers of the segments that a lane consists of, ascending; empty if there is no such directory. A file that a
     * compaction has not come round to deleting does not count.
     */
    static long[] list(Path laneDirectory) throws IOException {
        long[] segments = listAll(laneDirectory);
        long oldest = segments.length == 0 ? 1 : DurableMark.oldestSegment(laneDirectory);
        int left = 0;
        while (left < segments.length && segments[left] < oldest) {
            left++;
        }
        return left == 0 ? segments : Arrays.copyOfRange(segments, left, segments.length);
    }

    /** Lists the numbers of all segment files in a lane, ascending; empty if there is no such directory. */
    static long[] listAll(Path laneDirectory) throws IOException {
        long[] segments = new long[16];
        int count = 0;
        if (!Files.exists(laneDirectory)) {
            return new long[0];
        }
        if (!Files.isDirectory(laneDirectory)) {
            throw new NotDirectoryException(laneDirectory.toString());
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(laneDirectory, "*" + SUFFIX)) {
            for (Path file : files) {
                long segment = segmentOf(file);
                if (segment != 0) {
                    segments = count == segments.length ? Arrays.copyOf(segments, 2 * count) : segments;
                    segments[count++] = segment;
                }
            }
        }
        long[] sorted = Arrays.copyOf(segments, count);
        Arrays.sort(sorted);
        return sorted;
    }

    /** Lists the files that are kept in reserve; empty if there is no such directory. */
    static List<Path> reserved(Path laneDirectory) throws IOException {
        List<Path> reserved = new ArrayList<>();
        if (Files.isDirectory(laneDirectory)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(laneDirectory, "*" + PRECREATED_SUFFIX)) {
                files.forEach(reserved::add);
            }
        }
        return reserved;
    }

    private static String baseName(long segment) {
        if (segment < 1 || segment > SEGMENT_MAX) {
            throw new IllegalArgumentException("segment is out of range: segment=" + segment);
        }
        return NAME.format(LocalDateTime.ofEpochSecond(segment, 0, ZoneOffset.UTC));
    }

    private static long numberOf(Path file, String suffix) {
        Path name = file.getFileName();
        if (name == null || !name.toString().endsWith(suffix)) {
            return 0;
        }
        return numberOf(name.toString().substring(0, name.toString().length() - suffix.length()));
    }

    /** Returns the number that a base name stands for; 0 if it stands for none. */
    static long numberOf(String base) {
        try {
            long number = LocalDateTime.parse(base, NAME_STRICT).toEpochSecond(ZoneOffset.UTC);
            return number < 1 || number > SEGMENT_MAX ? 0 : number;
        } catch (DateTimeException e) {
            return 0;
        }
    }
}
