package io.stele.tools;

import io.stele.Stele;
import io.stele.recovery.CompactionHistory;
import io.stele.recovery.CompactionReport;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** {@code stele compact history}: what earlier compactions did. */
@Command(
        name = "history",
        abbreviateSynopsis = true,
        sortOptions = false,
        description = "Lists the compactions of a data directory, oldest first.",
        footer = {
            "",
            "Example: stele compact history --json",
            "A run that is INTERRUPTED is under way, or its process ended in the middle. Nothing is lost by that."
        })
final class CompactHistoryCommand extends SubCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CompactCommand compact;

    @Override
    public Integer call() {
        GlobalOptions options = compact.main().options();
        DataDirectory directory = DataDirectory.of(options.dataDirectory());
        List<CompactionReport> runs = CompactionHistory.of(Stele.compactionHistoryFile(directory.path()))
                .runs();
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("schema", "stele.compact-history/1");
        tree.put("dataDirectory", directory.path().toString());
        tree.put("runs", runs.stream().map(CompactHistoryCommand::tree).toList());
        options.report(tree, screen -> lines(runs, screen));
        return ExitCode.DONE;
    }

    /** Returns one run, for machines. */
    static Map<String, Object> tree(CompactionReport run) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("run", run.run());
        tree.put("state", run.state().toString());
        tree.put("start", Units.iso(run.startMs()));
        tree.put("end", Units.iso(run.endMs()));
        tree.put("filesRemoved", run.filesRemoved());
        tree.put("bytesBefore", run.bytesBefore());
        tree.put("bytesAfter", run.bytesAfter());
        tree.put("bytesGained", run.bytesGained());
        tree.put("bytesRead", run.bytesRead());
        tree.put("eventsRemoved", run.eventsRemoved());
        tree.put("eventsCarried", run.eventsCarried());
        tree.put("reason", run.reason());
        return tree;
    }

    private static List<String> lines(List<CompactionReport> runs, Screen screen) {
        if (runs.isEmpty()) {
            return List.of("nothing was ever compacted here");
        }
        Table table = new Table()
                .right("run")
                .left("state")
                .left("start")
                .right("took")
                .right("files")
                .right("gained")
                .right("events gone")
                .right("carried")
                .flexible("reason");
        for (CompactionReport run : runs) {
            table.row(
                    run.run(),
                    run.state(),
                    Units.time(run.startMs()),
                    Units.duration(TimeUnit.MILLISECONDS.toNanos(run.endMs() - run.startMs())),
                    Units.count(run.filesRemoved()),
                    Units.bytes(run.bytesGained()),
                    Units.count(run.eventsRemoved()),
                    Units.count(run.eventsCarried()),
                    run.reason());
        }
        return new ArrayList<>(table.lines(screen));
    }
}
