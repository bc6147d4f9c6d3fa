package io.stele.tools;

import io.stele.journal.JournalPieces;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code stele stats}: sizes, rates and kinds of events. */
@Command(
        name = "stats",
        abbreviateSynopsis = true,
        sortOptions = false,
        description = "Shows how large events are, how many came when, and of which types.",
        footer = {
            "",
            "Example: stele stats 'bank-account/*'",
            "Reads the whole journal once, also while its owner runs. Takes no lock and changes nothing."
        })
final class StatsCommand extends SubCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Parameters(paramLabel = "PATTERN", arity = "0..1", description = "Of which actors. Default: all.")
    private @Nullable String pattern;

    @Override
    public Integer call() {
        DataDirectory directory = DataDirectory.of(main.options().dataDirectory());
        Predicate<String> wanted = pattern == null ? null : Glob.of(pattern);
        JournalPieces pieces = directory.pieces();
        EventsCommand.Damage damage = new EventsCommand.Damage(main.options());
        Scan scan = new Scan(pieces, pieces.pieces(), damage);
        StatsTally whole = new StatsTally(wanted);
        Progress.during(main.options(), scan::status, () -> {
            scan.run(piece -> new StatsTally(wanted), false, whole::add);
            return null;
        });
        StatsReport report = new StatsReport(directory.path(), whole);
        main.options().report(report.tree(), report::lines);
        damage.tell();
        return ExitCode.DONE;
    }
}
