package io.stele.tools;

import io.stele.Stele;
import io.stele.runtime.ActorSystem;
import io.stele.runtime.Quarantined;
import io.stele.spi.SteleException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code stele quarantine retry}: lets actors back whose history can be replayed now. */
@Command(
        name = "retry",
        abbreviateSynopsis = true,
        sortOptions = false,
        description = "Replays actors in quarantine with mended handlers, and lets those back that can be replayed.",
        footer = {
            "",
            "Example: stele quarantine retry --actor-class bank.BankAccount --class-path bank.jar",
            "Opens the directory: its owner must not run. Changes no event. Exit code 3 if some stay."
        })
final class QuarantineRetryCommand extends SubCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private QuarantineCommand quarantine;

    @Parameters(paramLabel = "ACTOR", arity = "0..*", description = "Which actors. Default: all.")
    private List<String> actors = List.of();

    @Option(
            names = {"-a", "--actor-class"},
            paramLabel = "CLASS",
            required = true,
            description = "The class of the actors. May be given several times.")
    private List<String> classes = List.of();

    @Option(names = "--class-path", paramLabel = "PATHS", split = ":", description = "Where those classes are.")
    @SuppressWarnings("UnusedVariable") // this program was loaded beside it: see UserLoader
    private List<Path> classPath = List.of();

    @Override
    public Integer call() {
        GlobalOptions options = quarantine.main().options();
        DataDirectory directory = DataDirectory.of(options.dataDirectory());
        Map<String, String> outcomes = new LinkedHashMap<>();
        int kept = 0;
        try (ActorSystem system = Stele.builder(directory.path()).workerCount(1).open()) {
            classes.forEach(name -> system.register(UserClasses.instance(name)));
            for (Quarantined entry : system.quarantine().list()) {
                String id = entry.persistenceId().encoded();
                if (actors.isEmpty() || actors.contains(id)) {
                    String outcome = retry(system, entry);
                    outcomes.put(id, outcome);
                    kept += outcome.equals("released") ? 0 : 1;
                }
            }
        }
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("schema", "stele.quarantine-retry/1");
        tree.put("released", outcomes.size() - kept);
        tree.put("kept", kept);
        tree.put("actors", outcomes);
        options.report(tree, screen -> lines(screen, outcomes));
        return kept == 0 ? ExitCode.DONE : ExitCode.FINDING;
    }

    private static String retry(ActorSystem system, Quarantined entry) {
        try {
            var unused = system.quarantine().retry(entry.persistenceId());
            return "released";
        } catch (SteleException | IllegalArgumentException e) {
            return "kept: " + e.getMessage();
        }
    }

    private static List<String> lines(Screen screen, Map<String, String> outcomes) {
        List<String> lines = new ArrayList<>();
        outcomes.forEach((actor, outcome) -> lines.add("  "
                + (outcome.equals("released")
                        ? screen.paint(Paint.GOOD, screen.tick())
                        : screen.paint(Paint.BAD, screen.cross()))
                + " " + SafeText.of(actor) + "  " + SafeText.of(outcome)));
        return lines.isEmpty() ? List.of("  none of them is in quarantine") : lines;
    }
}
