package io.stele.tools;

import io.stele.Stele;
import io.stele.journal.JournalRepair;
import io.stele.journal.JournalSummary;
import io.stele.runtime.ActorSystem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code stele rewrite}: history, changed. */
@Command(
        name = "rewrite",
        abbreviateSynopsis = true,
        sortOptions = false,
        description =
                "Writes the history anew without some actors, or with other names of event types; keeps the original.",
        footer = {
            "",
            "Example: stele rewrite --remove 'session/*' --reason 'ticket 812' --execute --yes",
            "The owner must not run. The new history is checked before it takes the place of the old one, which stays beside it "
                    + "as DIR.before-rewrite-TIME. What was done, by whom and why is kept in rewrites.jsonl. Snapshots are "
                    + "not carried over: states are worked out anew. Compacted histories cannot be rewritten."
        })
final class RewriteCommand extends SubCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(
            names = "--remove",
            paramLabel = "GLOB",
            description = "Leaves these actors out. May be given several times.")
    private List<String> removed = List.of();

    @Option(
            names = "--rename-type",
            paramLabel = "OLD=NEW",
            description = "Stores events under another name. May be given several times.")
    private Map<String, String> renamed = new LinkedHashMap<>();

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why; stands in the record. Needed with --execute.")
    private String reason = "";

    @Option(names = "--execute", description = "Does it. Without, it is shown.")
    private boolean execute;

    @Option(names = "--yes", description = "Does not ask.")
    private boolean yes;

    @Override
    public Integer call() {
        if (removed.isEmpty() && renamed.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "say what to change: --remove or --rename-type");
        }
        if (execute && reason.isBlank()) {
            throw new ParameterException(spec.commandLine(), "say why with --reason");
        }
        DataDirectory directory = DataDirectory.of(main.options().dataDirectory());
        Map<String, Object> tree = execute ? execute(directory) : preview(directory);
        main.options().report(tree, screen -> lines(screen, tree));
        return ExitCode.DONE;
    }

    private Predicate<String> wanted() {
        List<Predicate<String>> out = removed.stream().map(Glob::of).toList();
        return name -> out.stream().noneMatch(one -> one.test(name));
    }

    private Map<String, Object> preview(DataDirectory directory) {
        ScanStatus status = new ScanStatus();
        JournalSummary summary = Progress.during(
                main.options(), status::status, () -> directory.journal().summarize(status));
        Predicate<String> wanted = wanted();
        long actors = 0;
        long events = 0;
        for (JournalSummary.Actor actor : summary.actors()) {
            if (!wanted.test(actor.persistenceId().encoded())) {
                actors++;
                events += actor.eventCount();
            }
        }
        Map<String, Long> types = new LinkedHashMap<>();
        for (JournalSummary.StoredTypeCount count : summary.storedTypes()) {
            if (renamed.containsKey(count.type().name())) {
                types.merge(count.type().name(), count.eventCount(), Long::sum);
            }
        }
        return tree(directory.path(), actors, events, types, "");
    }

    private Map<String, Object> execute(DataDirectory directory) {
        Confirmation.require(
                main.options(), yes, "rewrite changes what happened: directory=" + directory.path(), "rewrite");
        Path old = directory.path().toAbsolutePath().normalize();
        String kept = old.getFileName() + ".before-rewrite-" + System.currentTimeMillis();
        Path unfinished = Unfinished.begin(old);
        try {
            Map<String, Object> tree = writeWhileHeld(directory, old, unfinished, kept);
            // whoever held it has let go: on its way out it writes to where the old history was
            Files.move(old, old.resolveSibling(kept));
            Unfinished.finish(unfinished, old);
            return tree;
        } catch (IOException e) {
            throw new CommandFailure(
                    ErrorCode.UNWRITABLE, "rewrite was not finished; the history is as it was: cause=" + e, e);
        } finally {
            Unfinished.abandon(unfinished);
        }
    }

    private Map<String, Object> writeWhileHeld(DataDirectory directory, Path old, Path unfinished, String kept)
            throws IOException {
        try (ActorSystem held = Stele.builder(old).workerCount(1).open()) {
            assert held.activeEntityCount() == 0 : "nobody else writes while this is open";
            HistoryCopy copy = write(directory, unfinished);
            Map<String, Object> tree =
                    tree(directory.path(), copy.actorsLeft(), copy.eventsLeft(), copy.renamed(), kept);
            Companions.copy(old, unfinished);
            record(unfinished, tree);
            requireClean(unfinished);
            return tree;
        }
    }

    private HistoryCopy write(DataDirectory directory, Path target) {
        try (HistoryWriter writer =
                HistoryWriter.create(target, directory.journal().laneCount())) {
            HistoryCopy copy = new HistoryCopy(writer, wanted(), Long.MAX_VALUE, renamed);
            Progress.during(main.options(), copy::status, () -> {
                copy.run(directory);
                return null;
            });
            return copy;
        }
    }

    private static void requireClean(Path made) {
        if (!JournalRepair.plan(Stele.journalDirectory(made), false).isEmpty()) {
            throw new CommandFailure(
                    ErrorCode.COPY_OF_DAMAGE, "what was written does not read back; the history is as it was");
        }
    }

    private void record(Path target, Map<String, Object> tree) throws IOException {
        Map<String, Object> entry = new LinkedHashMap<>(tree);
        entry.put("schema", "stele.rewrite-record/1");
        entry.put("time", Units.iso(System.currentTimeMillis()));
        entry.put("by", System.getProperty("user.name"));
        Files.writeString(
                target.resolve(Companions.REWRITES),
                Json.line(entry) + "\n",
                StandardCharsets.UTF_8,
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    private Map<String, Object> tree(Path directory, long actors, long events, Map<String, Long> types, String kept) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("schema", "stele.rewrite/1");
        tree.put("dataDirectory", directory.toString());
        tree.put("executed", !kept.isEmpty());
        tree.put("removedPatterns", removed);
        tree.put("actorsRemoved", actors);
        tree.put("eventsRemoved", events);
        tree.put("renamedTypes", renamed);
        tree.put("eventsRenamed", types);
        tree.put("originalKeptAs", kept.isEmpty() ? null : kept);
        tree.put("reason", reason);
        return tree;
    }

    private static List<String> lines(Screen screen, Map<String, Object> tree) {
        boolean done = Boolean.TRUE.equals(tree.get("executed"));
        List<String> lines = new ArrayList<>();
        lines.add(screen.paint(Paint.BOLD, SafeText.of(String.valueOf(tree.get("dataDirectory")))) + "  "
                + (done ? screen.paint(Paint.GOOD, screen.tick() + " rewritten") : "would be rewritten"));
        lines.add("");
        lines.add(
                "  actors left out   " + tree.get("actorsRemoved") + ", with " + tree.get("eventsRemoved") + " events");
        lines.add("  events renamed    " + SafeText.of(String.valueOf(tree.get("eventsRenamed"))));
        lines.add("");
        lines.add(
                done
                        ? "  the original is kept as " + tree.get("originalKeptAs")
                        : "Nothing was changed. To do it, add --reason TEXT --execute.");
        return lines;
    }
}
