package io.stele.tools;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** {@code stele examples}: a page of command lines to copy. */
@Command(
        name = "examples",
        abbreviateSynopsis = true,
        sortOptions = false,
        description = "Shows command lines to copy.",
        footer = {"", "Example: stele examples"})
final class ExamplesCommand extends SubCommand implements Callable<Integer> {
    private static final List<Example> EXAMPLES = List.of(
            new Example("Kill a bank five times, and prove that nothing is lost", "stele demo"),
            new Example("Do it twenty times, the same way as before", "stele demo --kills 20 --seed 7"),
            new Example(
                    "Do it with transactions of your own",
                    "stele demo --transactions transactions.csv --expected expected.csv"),
            new Example("See what is in a data directory", "stele inspect"),
            new Example("See one actor: its state and its last events", "stele show bank-account/42 --events 20"),
            new Example(
                    "Take the newest event of an actor apart", "stele show bank-account/42 --json | jq .events[-1]"),
            new Example("Check every byte, and fail if something is wrong", "stele verify"),
            new Example(
                    "Check that your handlers still agree with history",
                    "STELE_CLASS_PATH=bank.jar stele replay --check --actor-class bank.BankAccount"),
            new Example("Ask the whole history a question", "stele query \"type = 'withdrawn' group by day\""),
            new Example("Follow what is appended", "stele tail -f"),
            new Example("Try new code on old history", "stele replay --jar target/bank.jar"),
            new Example("Learn what an error means", "stele explain S205"),
            new Example("Make a backup", "stele backup --to backups/monday"),
            new Example("Try something out on a copy", "stele fork --to what-if"),
            new Example("Look at data elsewhere", "stele inspect --data-dir /var/lib/bank"));

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    private record Example(String purpose, String command) {}

    @Override
    public Integer call() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("schema", "stele.examples/1");
        List<Map<String, String>> examples = new ArrayList<>();
        for (Example example : EXAMPLES) {
            Map<String, String> entry = new LinkedHashMap<>();
            entry.put("purpose", example.purpose);
            entry.put("command", example.command);
            examples.add(entry);
        }
        tree.put("examples", examples);
        main.options().report(tree, ExamplesCommand::lines);
        return ExitCode.DONE;
    }

    private static List<String> lines(Screen screen) {
        List<String> lines = new ArrayList<>();
        for (Example example : EXAMPLES) {
            lines.add(screen.paint(Paint.DIM, "# " + example.purpose));
            lines.add(screen.paint(Paint.BOLD, example.command));
            lines.add("");
        }
        lines.remove(lines.size() - 1);
        return lines;
    }
}
