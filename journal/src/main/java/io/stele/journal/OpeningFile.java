package io.stele.journal;

import io.stele.spi.CorruptJournalException;
import io.stele.spi.JournalException;
import io.stele.spi.OpeningReport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the last opening found, for whoever asks later: the file {@code opening} in the journal's directory, a {@link KeyValueFile}.
 *
 * <pre>
 *   epoch=7
 *   openedAtMs=1767225600000
 *   phase.lock=1200345                nanoseconds, in the order of the phases
 *   phase.lanes=…
 *   lane.0=segments records clean rewritten cut position epoch indexed
 *   …
 *   crc=1a2b3c4d
 * </pre>
 *
 * <p>Nothing depends on it: one that cannot be written is logged, one that is damaged is not there.
 */
final class OpeningFile {
    private static final Logger LOG = LoggerFactory.getLogger(OpeningFile.class);
    private static final String NAME = "opening";
    private static final String PHASE = "phase.";
    private static final String LANE = "lane.";

    private OpeningFile() {}

    static void write(Path directory, OpeningReport report) {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("epoch", Long.toString(report.epoch()));
        values.put("openedAtMs", Long.toString(report.openedAtMs()));
        for (OpeningReport.Phase phase : report.phases()) {
            values.put(PHASE + phase.name(), Long.toString(phase.durationNs()));
        }
        for (OpeningReport.Lane lane : report.lanes()) {
            values.put(
                    LANE + lane.lane(),
                    lane.segmentCount() + " " + lane.recordsScanned() + " " + lane.clean() + " "
                            + lane.rewrittenBytes() + " " + lane.cutBytes() + " " + lane.lastPosition() + " "
                            + lane.epoch() + " " + lane.indexedBytes());
        }
        ByteBuffer text = KeyValueFile.encode(values);
        byte[] bytes = new byte[text.remaining()];
        text.get(bytes);
        try {
            Files.write(directory.resolve(NAME), bytes);
        } catch (IOException e) {
            LOG.warn("report of the opening could not be kept: directory={}, reason={}", directory, e.toString());
        }
    }

    /** Returns what the last opening found; null if that is not known. */
    static @Nullable OpeningReport read(Path directory) {
        Path file = directory.resolve(NAME);
        if (!Files.exists(file)) {
            return null;
        }
        try {
            return parse(KeyValueFile.decode(Files.readString(file, StandardCharsets.UTF_8), file));
        } catch (CorruptJournalException
                | CharacterCodingException
                | IllegalArgumentException
                | ArrayIndexOutOfBoundsException e) {
            LOG.warn("report of the last opening cannot be read: file={}, reason={}", file, e.toString());
            return null;
        } catch (IOException e) {
            throw new JournalException("report of the last opening cannot be read: file=" + file + ", reason=" + e, e);
        }
    }

    private static OpeningReport parse(Map<String, String> values) {
        List<OpeningReport.Phase> phases = new ArrayList<>();
        List<OpeningReport.Lane> lanes = new ArrayList<>();
        values.forEach((key, value) -> {
            if (key.startsWith(PHASE)) {
                phases.add(new OpeningReport.Phase(key.substring(PHASE.length()), Long.parseLong(value)));
            } else if (key.startsWith(LANE)) {
                lanes.add(lane(Integer.parseInt(key.substring(LANE.length())), value.split(" ", -1)));
            }
        });
        return new OpeningReport(
                Long.parseLong(values.getOrDefault("epoch", "0")),
                Long.parseLong(values.getOrDefault("openedAtMs", "0")),
                phases,
                lanes);
    }

    private static OpeningReport.Lane lane(int lane, String[] facts) {
        return new OpeningReport.Lane(
                lane,
                Integer.parseInt(facts[0]),
                Long.parseLong(facts[1]),
                Boolean.parseBoolean(facts[2]),
                Long.parseLong(facts[3]),
                Long.parseLong(facts[4]),
                Long.parseLong(facts[5]),
                Long.parseLong(facts[6]),
                Long.parseLong(facts[7]));
    }
}
