package io.stele.tools;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code stele dead-letters URL}: what nobody has handled. */
@Command(
        name = "dead-letters",
        abbreviateSynopsis = true,
        sortOptions = false,
        description = "Lists messages that nobody has handled in a running system, the newest first.",
        footer = {
            "",
            "Example: stele dead-letters 'http://127.0.0.1:41239/?token=…'",
            "Dead letters are not stored, so it asks the system itself, which must serve the admin page (docs/admin.md). The token stands "
                    + "behind the address or, where others see command lines, in STELE_TOKEN. Shows the last ones alone; how many there "
                    + "were in all is the field count of --json.",
            "Exit code 6 if it does not answer."
        })
final class DeadLettersCommand extends SubCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Parameters(paramLabel = "URL", description = "The address of its admin page.")
    private String url = "";

    @Option(
            names = {"-n", "--limit"},
            paramLabel = "N",
            description = "Not more than so many.")
    private long limit = Long.MAX_VALUE;

    @Override
    public Integer call() {
        LiveNode node;
        try {
            node = LiveNode.of(url, main.options().console().environment());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
        Map<?, ?> answer = node.get("/api/dead-letters");
        List<RowWriter.Column> columns = List.of(
                RowWriter.Column.text("time", "time, UTC"),
                RowWriter.Column.text("recipient", "for"),
                RowWriter.Column.text("reason", "because"),
                RowWriter.Column.text("type", "type"),
                RowWriter.Column.flexible("message", "message"));
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("address", node.address());
        facts.put("count", LiveNode.number(answer, "count"));
        try (RowWriter rows = new RowWriter(main.options(), "stele.dead-letters/1", facts, columns)) {
            LiveNode.rows(answer, "letters").stream()
                    .limit(limit)
                    .forEach(letter -> rows.row(
                            Units.iso(LiveNode.number(letter, "timeMs")),
                            LiveNode.text(letter, "recipient"),
                            LiveNode.text(letter, "reason"),
                            LiveNode.text(letter, "type"),
                            LiveNode.text(letter, "message")));
        }
        return ExitCode.DONE;
    }
}
