package io.stele.tools;

import io.stele.Stele;
import io.stele.SteleReader;
import io.stele.runtime.Quarantined;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** {@code stele quarantine}: which actors are out of service, and why; and the ways back. */
@Command(
        name = "quarantine",
        abbreviateSynopsis = true,
        sortOptions = false,
        synopsisSubcommandLabel = "[list | retry | skip]",
        subcommands = {QuarantineListCommand.class, QuarantineRetryCommand.class, QuarantineSkipCommand.class},
        description = "Lists actors that are out of service because a stored event cannot be applied.",
        footer = {
            "",
            "Example: stele quarantine list --json",
            "Listing reads files, also while their owner runs; takes no lock and changes nothing. retry and skip open the "
                    + "directory: its owner must not run, or does it itself with system.quarantine().",
            "Exit code 3 if there are any."
        })
final class QuarantineCommand extends SubCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    Main main() {
        return main;
    }

    @Override
    public Integer call() {
        DataDirectory directory = DataDirectory.of(main.options().dataDirectory());
        List<Quarantined> entries;
        try (SteleReader reader = Stele.openReadOnly(directory.path())) {
            entries = reader.quarantined();
        }
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("schema", "stele.quarantine/1");
        tree.put("dataDirectory", directory.path().toString());
        tree.put("count", entries.size());
        tree.put("actors", entries.stream().map(QuarantineCommand::tree).toList());
        main.options().report(tree, screen -> lines(screen, entries));
        return entries.isEmpty() ? ExitCode.DONE : ExitCode.FINDING;
    }

    private static Map<String, Object> tree(Quarantined entry) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("actor", entry.persistenceId().encoded());
        tree.put("sequenceNumber", entry.sequenceNumber());
        tree.put("type", entry.type().toString());
        tree.put("time", Units.iso(entry.timestampMs()));
        tree.put("since", Units.iso(entry.sinceMs()));
        tree.put("epoch", entry.epoch());
        tree.put("cause", entry.cause());
        return tree;
    }

    private static List<String> lines(Screen screen, List<Quarantined> entries) {
        if (entries.isEmpty()) {
            return List.of(screen.paint(Paint.GOOD, screen.tick() + " no actor is in quarantine"));
        }
        List<String> lines = new ArrayList<>();
        lines.add(screen.paint(
                Paint.BAD, screen.cross() + " " + Units.count(entries.size(), "actor") + " in quarantine"));
        lines.add("");
        Table table = new Table()
                .left("actor")
                .right("number")
                .left("type")
                .left("since, UTC")
                .flexible("cause");
        for (Quarantined entry : entries) {
            table.row(
                    entry.persistenceId().encoded(),
                    entry.sequenceNumber(),
                    entry.type().toString(),
                    Units.time(entry.sinceMs()),
                    entry.cause());
        }
        lines.addAll(table.lines(screen));
        return lines;
    }
}
