package io.stele.recovery;

import io.stele.recovery.CompactionReport.State;
import io.stele.spi.JournalException;
import io.stele.spi.Presence;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What earlier compactions did: a file of text that only grows, one line of JSON per entry, forced line by line.
 *
 * <pre>
 *   {"run":7,"state":"INTERRUPTED","startMs":…,"endMs":…,"filesRemoved":0,…,"reason":"…"}      when it begins
 *   {"run":7,"state":"INTERRUPTED","startMs":…,"endMs":…,"filesRemoved":12,…,"reason":"…"}     after every batch
 *   {"run":7,"state":"FINISHED","startMs":…,"endMs":…,"filesRemoved":40,…,"reason":"…"}        when it ends
 * </pre>
 *
 * <p>The last line of a run counts. A line that a crash has torn, or left with holes, is passed over wherever it ends: nothing
 * depends on what earlier runs did, and no compaction may be stopped by it. Any thread may read; one at a time may write.
 */
public final class CompactionHistory {
    private static final Pattern FIELD = Pattern.compile("\"(\\w+)\":(?:(-?\\d+)(?=[,}])|\"((?:[^\"\\\\]|\\\\.)*)\")");

    private final Path file;

    private CompactionHistory(Path file) {
        this.file = file;
    }

    /** Uses {@code file}, which is created with the first run. */
    public static CompactionHistory of(Path file) {
        return new CompactionHistory(file);
    }

    /** Returns all runs, oldest first. Throws {@link JournalException} if the file cannot be read. */
    public List<CompactionReport> runs() {
        if (!Presence.of(file)) {
            return List.of();
        }
        Map<Long, CompactionReport> runs = new TreeMap<>();
        try {
            for (String line : new String(Files.readAllBytes(file), StandardCharsets.UTF_8).split("\n", -1)) {
                CompactionReport report = parse(line);
                if (report != null) {
                    runs.put(report.run(), report);
                }
            }
        } catch (IOException e) {
            throw new JournalException("history of compactions cannot be read: file=" + file + ", cause=" + e, e);
        }
        return List.copyOf(new ArrayList<>(runs.values()));
    }

    /** Returns the number of the next run. */
    long next() {
        List<CompactionReport> runs = runs();
        return runs.isEmpty() ? 1 : runs.get(runs.size() - 1).run() + 1;
    }

    /** Adds an entry. A torn line of an earlier process ends here. */
    void add(CompactionReport report) {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.READ)) {
            long size = channel.size();
            ByteBuffer last = ByteBuffer.allocate(1);
            boolean isTorn = size > 0 && channel.read(last, size - 1) == 1 && last.get(0) != '\n';
            ByteBuffer line =
                    ByteBuffer.wrap(((isTorn ? "\n" : "") + write(report) + "\n").getBytes(StandardCharsets.UTF_8));
            channel.position(size);
            while (line.hasRemaining()) {
                channel.write(line);
            }
            channel.force(true);
        } catch (IOException e) {
            throw new JournalException("history of compactions cannot be written: file=" + file + ", cause=" + e, e);
        }
    }

    private static String write(CompactionReport report) {
        return "{\"run\":" + report.run()
                + ",\"state\":\"" + report.state()
                + "\",\"startMs\":" + report.startMs()
                + ",\"endMs\":" + report.endMs()
                + ",\"filesRemoved\":" + report.filesRemoved()
                + ",\"bytesBefore\":" + report.bytesBefore()
                + ",\"bytesAfter\":" + report.bytesAfter()
                + ",\"eventsRemoved\":" + report.eventsRemoved()
                + ",\"eventsCarried\":" + report.eventsCarried()
                + ",\"bytesRead\":" + report.bytesRead()
                + ",\"reason\":\"" + escape(report.reason()) + "\"}";
    }

    /** Returns what a line says; null if it is not one that was written whole. */
    private static @Nullable CompactionReport parse(String line) {
        Map<String, String> fields = new TreeMap<>();
        Matcher matcher = FIELD.matcher(line);
        while (matcher.find()) {
            String number = matcher.group(2);
            fields.put(matcher.group(1), number != null ? number : unescape(matcher.group(3)));
        }
        String reason = fields.get("reason"); // the last one: if it is there, all of the line is
        if (!line.startsWith("{") || !line.endsWith("\"}") || reason == null) {
            return null;
        }
        try {
            return new CompactionReport(
                    number(fields, "run"),
                    State.valueOf(fields.getOrDefault("state", "")),
                    number(fields, "startMs"),
                    number(fields, "endMs"),
                    number(fields, "filesRemoved"),
                    number(fields, "bytesBefore"),
                    number(fields, "bytesAfter"),
                    number(fields, "eventsRemoved"),
                    number(fields, "eventsCarried"),
                    number(fields, "bytesRead"),
                    reason);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static long number(Map<String, String> fields, String name) {
        return Long.parseLong(fields.getOrDefault(name, "none"));
    }

    private static String escape(String text) {
        StringBuilder escaped = new StringBuilder();
        text.chars().forEach(c -> {
            if (c == '"' || c == '\\') {
                escaped.append('\\').append((char) c);
            } else {
                escaped.append(Character.isISOControl(c) ? ' ' : (char) c);
            }
        });
        return escaped.toString();
    }

    private static String unescape(String text) {
        return text.replaceAll("\\\\(.)", "$1");
    }
}
