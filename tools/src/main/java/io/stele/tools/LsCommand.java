package io.stele.tools;

import io.stele.journal.JournalSummary.Actor;
import io.stele.spi.PersistenceId;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code stele ls}: the actors. */
@Command(
        name = "ls",
        aliases = "list",
        abbreviateSynopsis = true,
        sortOptions = false,
        description = "Lists actors.",
        footer = {
            "",
            "Example: stele ls 'bank-account/4*' --sort events --limit 20",
            "Reads the whole journal once, also while its owner runs. Takes no lock and changes nothing."
        })
final class LsCommand extends SubCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Parameters(
            paramLabel = "PATTERN",
            arity = "0..1",
            description = "Such as 'bank-account/4*', or a type. Default: all.")
    private @Nullable String pattern;

    @Option(
            names = "--sort",
            paramLabel = "BY",
            defaultValue = "NAME",
            description = "name, events, bytes or age: the most events, the most bytes, the latest event first. "
                    + "Default: name.")
    private Sort sort = Sort.NAME;

    @Option(
            names = {"-r", "--reverse"},
            description = "The other way round.")
    private boolean reverse;

    @Option(
            names = {"-n", "--limit"},
            paramLabel = "N",
            description = "Not more than so many.")
    private long limit = Long.MAX_VALUE;

    /** What comes first. */
    enum Sort {
        NAME,
        EVENTS,
        BYTES,
        AGE
    }

    private static Comparator<Actor> order(Sort sort) {
        return switch (sort) {
            case NAME -> Comparator.comparing(Actor::persistenceId, LsCommand::compare);
            case EVENTS -> Comparator.comparingLong(Actor::eventCount).reversed();
            case BYTES -> Comparator.comparingLong(Actor::bytes).reversed();
            case AGE -> Comparator.comparingLong(Actor::lastTimestampMs).reversed();
        };
    }

    private static int compare(PersistenceId left, PersistenceId right) {
        int byType = left.entityType().compareTo(right.entityType());
        return byType != 0 ? byType : Transactions.compareIds(left.entityId(), right.entityId());
    }

    @Override
    public Integer call() {
        DataDirectory directory = DataDirectory.of(main.options().dataDirectory());
        ScanStatus status = new ScanStatus();
        List<Actor> actors = Progress.during(
                        main.options(),
                        status::status,
                        () -> directory.journal().summarize(status))
                .actors();
        Predicate<String> wanted = pattern == null ? name -> true : Glob.of(pattern);
        Comparator<Actor> order =
                order(sort).thenComparing(actor -> actor.persistenceId().encoded());
        long nowMs = System.currentTimeMillis();
        List<RowWriter.Column> columns = List.of(
                RowWriter.Column.flexible("actor", "actor"),
                RowWriter.Column.count("events", "events"),
                RowWriter.Column.bytes("bytes", "bytes"),
                new RowWriter.Column("sequenceNumber", "number", RowWriter.Align.RIGHT, RowWriter::plain),
                new RowWriter.Column("lastTime", "last event", RowWriter.Align.LEFT, value -> age(value, nowMs)),
                RowWriter.Column.hidden("firstSequenceNumber"),
                RowWriter.Column.hidden("lane"));
        Map<String, Object> facts = Map.of("dataDirectory", directory.path().toString());
        try (RowWriter rows = new RowWriter(main.options(), "stele.ls/1", facts, columns)) {
            actors.stream()
                    .filter(actor -> wanted.test(actor.persistenceId().encoded()))
                    .sorted(reverse ? order.reversed() : order)
                    .limit(limit)
                    .forEach(actor -> rows.row(
                            actor.persistenceId().encoded(),
                            actor.eventCount(),
                            actor.bytes(),
                            actor.lastSequenceNumber(),
                            Units.iso(actor.lastTimestampMs()),
                            actor.firstSequenceNumber(),
                            actor.lane()));
        }
        return ExitCode.DONE;
    }

    private static String age(@Nullable Object iso, long nowMs) {
        return Units.age(nowMs - Instant.parse(RowWriter.plain(iso)).toEpochMilli());
    }
}
