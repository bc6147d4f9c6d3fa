package io.stele.tools;

import io.stele.Stele;
import io.stele.SteleReader;
import io.stele.encryption.KeyInspector;
import io.stele.recovery.DurableTimer;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code stele timers}: what actors have promised themselves for later. */
@Command(
        name = "timers",
        abbreviateSynopsis = true,
        sortOptions = false,
        description = "Lists the durable timers of actors, the earliest first.",
        footer = {
            "",
            "Example: stele timers 'order/*' --limit 20",
            "Reads the whole journal once, and what is behind the newest snapshot of every actor, also while their"
                    + " owner runs. Takes no lock and changes nothing. Needs none of your classes.",
            "With --url, which takes a token as dead-letters does, it asks a running system: what it answers is without the"
                    + " command's content."
        })
final class TimersCommand extends SubCommand implements Callable<Integer> {
    private static final long NS_PER_MS = 1_000_000;

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Parameters(paramLabel = "PATTERN", arity = "0..1", description = "Whose, such as 'order/4*'. Default: all.")
    private @Nullable String pattern;

    @Option(
            names = {"-n", "--limit"},
            paramLabel = "N",
            description = "Not more than so many.")
    private long limit = Long.MAX_VALUE;

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "Asks a running system by the address of its admin page, instead of reading files.")
    private @Nullable String url;

    @Override
    public Integer call() {
        Predicate<String> wanted = pattern == null ? EventFilter.ANY : Glob.of(pattern);
        String address = url;
        return address == null ? read(wanted) : ask(address, wanted);
    }

    private static List<RowWriter.Column> columns() {
        long nowMs = System.currentTimeMillis();
        return List.of(
                new RowWriter.Column("due", "due, UTC", RowWriter.Align.LEFT, value -> due(value, nowMs)),
                RowWriter.Column.text("actor", "actor"),
                RowWriter.Column.text("name", "timer"),
                RowWriter.Column.text("type", "command"),
                RowWriter.Column.flexible("command", "with"));
    }

    private int read(Predicate<String> wanted) {
        DataDirectory directory = DataDirectory.of(main.options().dataDirectory());
        KeyInspector keys = directory.keys();
        Map<String, Object> facts = Map.of("dataDirectory", directory.path().toString());
        try (SteleReader reader = Stele.openReadOnly(directory.path());
                RowWriter rows = new RowWriter(main.options(), "stele.timers/1", facts, columns())) {
            reader.timers().stream()
                    .filter(timer -> wanted.test(timer.persistenceId().encoded()))
                    .limit(limit)
                    .forEach(timer -> write(rows, timer, keys));
        }
        return ExitCode.DONE;
    }

    private int ask(String address, Predicate<String> wanted) {
        LiveNode node;
        try {
            node = LiveNode.of(address, main.options().console().environment());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
        Map<?, ?> answer = node.get("/api/timers");
        Map<String, Object> facts = Map.of("address", node.address());
        try (RowWriter rows = new RowWriter(main.options(), "stele.timers/1", facts, columns())) {
            LiveNode.rows(answer, "timers").stream()
                    .filter(timer -> wanted.test(LiveNode.text(timer, "actor")))
                    .sorted(Comparator.comparingLong(timer -> LiveNode.number(timer, "dueMs")))
                    .limit(limit)
                    .forEach(timer -> rows.row(
                            Units.iso(LiveNode.number(timer, "dueMs")),
                            LiveNode.text(timer, "actor"),
                            LiveNode.text(timer, "name"),
                            LiveNode.text(timer, "type"),
                            null));
        }
        return ExitCode.DONE;
    }

    private static void write(RowWriter rows, DurableTimer timer, KeyInspector keys) {
        rows.row(
                Units.iso(timer.dueMs()),
                timer.persistenceId().encoded(),
                timer.name(),
                timer.type().toString(),
                new Json.Raw(DataDirectory.json(timer.command(), keys)));
    }

    private static String due(@Nullable Object iso, long nowMs) {
        String text = RowWriter.plain(iso);
        long ms = Instant.parse(text).toEpochMilli() - nowMs;
        String wait = ms < 0 ? "overdue" : "in " + Units.duration(ms * NS_PER_MS);
        return text.replace('T', ' ').replace("Z", "") + ", " + wait;
    }
}
