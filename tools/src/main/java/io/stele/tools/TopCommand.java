package io.stele.tools;

import io.stele.journal.JournalInspector;
import io.stele.spi.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code stele top}: what is going on now. */
@Command(
        name = "top",
        abbreviateSynopsis = true,
        sortOptions = false,
        description = "Shows live what is appended: rates, lanes, types and the busiest actors.",
        footer = {
            "",
            "Example: stele top --data-dir /var/lib/bank",
            "Reads what is appended while it looks, and nothing else; takes no lock. Ends with Ctrl-C. Where stdout is no terminal it "
                    + "writes a report per interval; with -o jsonl, a line."
        })
final class TopCommand extends SubCommand implements Callable<Integer> {
    private static final int HISTORY_MAX = 60;
    private static final int ACTORS_SHOWN = 8;
    private static final int TYPES_SHOWN = 6;
    private static final String ALTERNATE_SCREEN = "\u001b[?1049h\u001b[?25l";
    private static final String MAIN_SCREEN = "\u001b[?25h\u001b[?1049l";

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Option(names = "--interval", paramLabel = "MS", defaultValue = "1000", description = "Default: ${DEFAULT-VALUE}.")
    private long intervalMs;

    @Option(
            names = {"-n", "--count"},
            paramLabel = "N",
            description = "Ends after so many intervals.")
    private long count = Long.MAX_VALUE;

    private final List<Long> history = new ArrayList<>();

    /**
     * What was appended in one interval.
     *
     * @param events in all
     * @param bytes of payload
     * @param perLane events
     * @param perType events
     * @param perActor events
     * @param durationNs how long it was
     */
    private record Interval(
            long events,
            long bytes,
            List<Long> perLane,
            Map<String, Long> perType,
            Map<String, Long> perActor,
            long durationNs) {
        long perSecond(long value) {
            return (long) (value / (durationNs / 1e9));
        }
    }

    @Override
    public Integer call() {
        DataDirectory directory = DataDirectory.of(main.options().dataDirectory());
        boolean live =
                main.options().console().outIsTerminal() && main.options().format() == GlobalOptions.Format.TABLE;
        Thread restore = new Thread(this::showMainScreen, "stele-top");
        if (live) {
            main.options().console().out().print(ALTERNATE_SCREEN);
            Runtime.getRuntime().addShutdownHook(restore);
        }
        try {
            run(directory, live);
            return ExitCode.DONE;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure(ErrorCode.INTERRUPTED, "command was interrupted", e);
        } finally {
            if (live) {
                showMainScreen();
                boolean unused = Runtime.getRuntime().removeShutdownHook(restore);
            }
        }
    }

    private void showMainScreen() {
        main.options().console().out().print(MAIN_SCREEN);
        main.options().console().out().flush();
    }

    private void run(DataDirectory directory, boolean live) throws InterruptedException {
        JournalInspector journal = directory.journal();
        long[] positions = new long[journal.laneCount()];
        for (int lane = 0; lane < positions.length; lane++) {
            positions[lane] = directory.lastPosition(lane);
        }
        CountDownLatch never = new CountDownLatch(1);
        long startNs = Clock.system().nanoTime();
        for (long i = 0; i < count; i++) {
            boolean unused = never.await(intervalMs, TimeUnit.MILLISECONDS);
            long nowNs = Clock.system().nanoTime();
            Interval interval = read(journal, positions, nowNs - startNs);
            startNs = nowNs;
            history.add(interval.perSecond(interval.events));
            if (history.size() > HISTORY_MAX) {
                history.remove(0);
            }
            if (live) {
                main.options().console().out().print("\u001b[H\u001b[J");
            }
            main.options().report(tree(directory, interval), screen -> lines(screen, directory, interval));
        }
    }

    private static Interval read(JournalInspector journal, long[] positions, long durationNs) {
        long[] perLane = new long[positions.length];
        long[] bytes = new long[1];
        Map<String, Long> perType = new HashMap<>();
        Map<String, Long> perActor = new HashMap<>();
        for (int lane = 0; lane < positions.length; lane++) {
            int ofLane = lane;
            positions[lane] = journal.read(
                    lane,
                    positions[lane],
                    Long.MAX_VALUE,
                    event -> {
                        perLane[ofLane]++;
                        bytes[0] += event.payload().remaining();
                        perType.merge(event.type().name(), 1L, Long::sum);
                        perActor.merge(event.persistenceId().encoded(), 1L, Long::sum);
                    },
                    DataDirectory.PASS_OVER);
        }
        List<Long> lanes = Arrays.stream(perLane).boxed().toList();
        long events = lanes.stream().mapToLong(Long::longValue).sum();
        return new Interval(events, bytes[0], lanes, perType, perActor, durationNs);
    }

    private static Map<String, Object> tree(DataDirectory directory, Interval interval) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("schema", "stele.top/1");
        tree.put("dataDirectory", directory.path().toString());
        tree.put("time", Units.iso(System.currentTimeMillis()));
        tree.put("eventsPerSecond", interval.perSecond(interval.events));
        tree.put("payloadBytesPerSecond", interval.perSecond(interval.bytes));
        tree.put("activeActors", interval.perActor.size());
        List<Long> lanes = new ArrayList<>();
        for (long events : interval.perLane) {
            lanes.add(interval.perSecond(events));
        }
        tree.put("lanes", lanes);
        tree.put("types", first(interval.perType, TYPES_SHOWN));
        tree.put("actors", first(interval.perActor, ACTORS_SHOWN));
        return tree;
    }

    private static Map<String, Long> first(Map<String, Long> counts, int shown) {
        Map<String, Long> first = new LinkedHashMap<>();
        counts.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(shown)
                .forEach(entry -> first.put(entry.getKey(), entry.getValue()));
        return first;
    }

    private List<String> lines(Screen screen, DataDirectory directory, Interval interval) {
        List<String> lines = new ArrayList<>();
        lines.add(screen.paint(Paint.BOLD, SafeText.of(directory.path().toString())) + "  "
                + Units.count(interval.perSecond(interval.events)) + " events/s" + screen.dot()
                + Units.bytes(interval.perSecond(interval.bytes)) + "/s of payload" + screen.dot()
                + Units.count(interval.perActor.size(), "active actor"));
        lines.add("  " + screen.paint(Paint.ACCENT, screen.sparkline(history)));
        lines.add("");
        Table lanes = new Table().right("lane").right("events/s").left("");
        long max = 1;
        for (long events : interval.perLane) {
            max = Math.max(max, events);
        }
        for (int lane = 0; lane < interval.perLane.size(); lane++) {
            lanes.row(
                    lane,
                    Units.count(interval.perSecond(interval.perLane.get(lane))),
                    Table.Cell.drawing(Paint.ACCENT, screen.length((double) interval.perLane.get(lane) / max, 30)));
        }
        lines.addAll(lanes.lines(screen));
        addTable(lines, screen, "type", first(interval.perType, TYPES_SHOWN), interval);
        addTable(lines, screen, "actor", first(interval.perActor, ACTORS_SHOWN), interval);
        lines.add("");
        lines.add(screen.paint(Paint.DIM, "  Ctrl-C ends it"));
        return lines;
    }

    private static void addTable(
            List<String> lines, Screen screen, String name, Map<String, Long> counts, Interval interval) {
        if (counts.isEmpty()) {
            return;
        }
        lines.add("");
        Table table = new Table().flexible(name).right("events/s");
        counts.forEach((key, events) -> table.row(key, Units.count(interval.perSecond(events))));
        lines.addAll(table.lines(screen));
    }
}
