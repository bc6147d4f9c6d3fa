package io.stele.tools;

import io.stele.Stele;
import io.stele.spi.PersistenceId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** {@code stele holds}: who is under legal hold. */
@Command(
        name = "holds",
        abbreviateSynopsis = true,
        sortOptions = false,
        description = "Lists the actors under legal hold, of which no compaction removes anything.",
        footer = {
            "",
            "Example: stele holds",
            "Reads one file, also while its owner runs, and changes nothing. See also: hold, release."
        })
final class HoldsCommand extends SubCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Override
    public Integer call() {
        DataDirectory directory = DataDirectory.of(main.options().dataDirectory());
        Map<String, Object> facts = Map.of("dataDirectory", directory.path().toString());
        List<RowWriter.Column> columns = List.of(RowWriter.Column.text("actor", "actor"));
        List<String> held = Stele.legalHolds(directory.path()).list().stream()
                .map(PersistenceId::encoded)
                .sorted()
                .toList();
        try (RowWriter rows = new RowWriter(main.options(), "stele.holds/1", facts, columns)) {
            held.forEach(rows::row);
        }
        return ExitCode.DONE;
    }
}
