package io.stele.tools;

import io.stele.recovery.Moment;
import io.stele.spi.PersistenceId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code stele diff ACTOR}: what changed between two moments. */
@Command(
        name = "diff",
        abbreviateSynopsis = true,
        sortOptions = false,
        description = "Shows what changed in an actor between two moments: its state, and the events that did it.",
        footer = {
            "",
            "Example: stele diff bank-account/42 --from 10 --to 20 --actor-class bank.BankAccount --class-path bank.jar",
            "Without --actor-class states are compared where snapshots have them, and the events are counted.",
            "Reads files, also while their owner runs. Takes no lock and changes nothing."
        })
final class DiffCommand extends SubCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Parameters(paramLabel = "ACTOR", description = "Which actor, such as bank-account/42.")
    private String actor = "";

    @Option(names = "--from", paramLabel = "SEQ|TIME", required = true, description = "The earlier moment.")
    private String from = "";

    @Option(names = "--to", paramLabel = "SEQ|TIME", description = "The later moment. Default: now.")
    private @Nullable String to;

    @Mixin
    private final HandlerOptions handlers = new HandlerOptions();

    /**
     * One field that is not what it was.
     *
     * @param path where it stands
     * @param before its value; null if it was not there
     * @param after its value; null if it is not there any more
     */
    private record Change(
            String path, @Nullable String before, @Nullable String after) {}

    @Override
    public Integer call() {
        PersistenceId id = parse();
        Moment early = HandlerOptions.moment(spec, "--from", from);
        Moment late = HandlerOptions.moment(spec, "--to", to);
        DataDirectory directory = DataDirectory.of(main.options().dataDirectory());
        StateReport before = handlers.state(directory, id, early);
        StateReport after = handlers.state(directory, id, late);
        Map<String, Long> types = new TreeMap<>();
        long count = directory
                .journal()
                .events(
                        id,
                        before.sequenceNumber() + 1,
                        Math.max(0, after.sequenceNumber() - before.sequenceNumber()),
                        event -> types.merge(event.type().toString(), 1L, Long::sum),
                        DataDirectory.PASS_OVER);
        List<Change> changes = changes(before, after);
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("schema", "stele.diff/1");
        tree.put("actor", id.encoded());
        tree.put("from", before.sequenceNumber());
        tree.put("to", after.sequenceNumber());
        tree.put("events", count);
        tree.put("eventTypes", types);
        tree.put("statesKnown", before.isComplete() && after.isComplete());
        tree.put("changes", changes.stream().map(DiffCommand::tree).toList());
        main.options().report(tree, screen -> lines(screen, before, after, types, changes));
        return ExitCode.DONE;
    }

    private PersistenceId parse() {
        try {
            return PersistenceId.parse(actor);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private static List<Change> changes(StateReport before, StateReport after) {
        if (!before.isComplete() || !after.isComplete()) {
            return List.of();
        }
        Map<String, String> left = leaves(before.state());
        Map<String, String> right = leaves(after.state());
        TreeSet<String> paths = new TreeSet<>(left.keySet());
        paths.addAll(right.keySet());
        return paths.stream()
                .map(path -> new Change(path, left.get(path), right.get(path)))
                .filter(change -> !Objects.equals(change.before, change.after))
                .toList();
    }

    private static Map<String, String> leaves(@Nullable String json) {
        return json == null ? Map.of() : JsonReader.leaves(JsonReader.read(json));
    }

    private static Map<String, Object> tree(Change change) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("path", change.path);
        tree.put("before", change.before == null ? null : new Json.Raw(change.before));
        tree.put("after", change.after == null ? null : new Json.Raw(change.after));
        return tree;
    }

    private static List<String> lines(
            Screen screen, StateReport before, StateReport after, Map<String, Long> types, List<Change> changes) {
        List<String> lines = new ArrayList<>();
        lines.add(screen.paint(Paint.BOLD, SafeText.of(after.id().encoded())) + "  from number "
                + before.sequenceNumber() + " to " + after.sequenceNumber());
        lines.add("");
        types.forEach((type, count) -> lines.add("  " + Units.count(count) + " × " + SafeText.of(type)));
        lines.add("");
        if (!before.isComplete() || !after.isComplete()) {
            lines.add("  no snapshot has the state at both moments; name the actor's class with --actor-class");
            return lines;
        }
        if (changes.isEmpty()) {
            lines.add("  the state is the same");
        }
        for (Change change : changes) {
            String path = change.path.isEmpty() ? "state" : SafeText.of(change.path);
            lines.add("  " + path + "  " + screen.paint(Paint.BAD, side(change.before)) + " -> "
                    + screen.paint(Paint.GOOD, side(change.after)));
        }
        return lines;
    }

    private static String side(@Nullable String value) {
        return value == null ? "(absent)" : SafeText.of(value);
    }
}
