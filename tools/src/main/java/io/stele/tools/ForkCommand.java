package io.stele.tools;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code stele fork}: a directory that goes its own way. */
@Command(
        name = "fork",
        abbreviateSynopsis = true,
        sortOptions = false,
        description = "Makes a data directory, or a backup, into another one that goes its own way from here.",
        footer = {
            "",
            "Example: stele fork --to what-if --at 2026-03-01T12:00",
            "With --at events are copied one by one, up to each actor's first one that is later, and without snapshots.",
            "Both may be written at the same time, and neither ever sees what the other writes. The source is never changed.",
            "A system that runs is forked from within: Stele.fork(system, target).",
            "Exit code 3 if the source is damaged, 4 if it is in use, 5 if the target is not empty."
        })
final class ForkCommand extends CopyCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(
            names = "--at",
            paramLabel = "TIME",
            description = "As it was then: 2026-03-01T12:30 (UTC), or 2h for 2 hours ago.")
    private @Nullable String at;

    @Override
    public Integer call() {
        String moment = at;
        if (moment != null) {
            return forkAt(moment);
        }
        return copy("fork", dataDirectory(), (backup, target) -> backup.forkTo(target));
    }

    private int forkAt(String moment) {
        long timestampMs;
        try {
            timestampMs = Times.parse(moment, System.currentTimeMillis());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--at: " + e.getMessage(), e);
        }
        DataDirectory source = DataDirectory.of(dataDirectory());
        requireEmpty();
        Path unfinished = Unfinished.begin(target());
        try {
            HistoryCopy copy;
            long events;
            try (HistoryWriter writer =
                    HistoryWriter.create(unfinished, source.journal().laneCount())) {
                copy = new HistoryCopy(writer, name -> true, timestampMs, Map.of());
                Progress.during(main().options(), copy::status, () -> {
                    copy.run(source);
                    return null;
                });
                events = writer.eventCount();
            }
            Companions.copy(source.path(), unfinished);
            Files.deleteIfExists(target());
            Unfinished.finish(unfinished, target());
            report(source, timestampMs, events, copy.eventsLeft());
            return ExitCode.DONE;
        } catch (IOException e) {
            throw new CommandFailure(
                    ErrorCode.UNWRITABLE,
                    "fork was not finished, and was removed: target=" + target() + ", cause=" + e,
                    e);
        } finally {
            Unfinished.abandon(unfinished);
        }
    }

    private void report(DataDirectory source, long timestampMs, long events, long eventsLeft) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("schema", "stele.fork-at/1");
        tree.put("source", source.path().toString());
        tree.put("target", target().toString());
        tree.put("at", Units.iso(timestampMs));
        tree.put("events", events);
        tree.put("eventsLeftOut", eventsLeft);
        main().options()
                .report(
                        tree,
                        screen -> List.of(screen.paint(Paint.GOOD, "fork made") + "  "
                                + SafeText.of(target().toString()) + " as of " + Units.time(timestampMs) + " UTC: "
                                + Units.count(events, "event") + ", " + Units.count(eventsLeft)
                                + " later ones left out"));
    }
}
