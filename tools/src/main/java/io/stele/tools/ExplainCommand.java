package io.stele.tools;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code stele explain CODE}: what an error means. */
@Command(
        name = "explain",
        abbreviateSynopsis = true,
        sortOptions = false,
        description = "Explains the code at the end of an error: what leads to it, and what to do next.",
        footer = {"", "Example: stele explain S205", "Without a code it lists them all."})
final class ExplainCommand extends SubCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Parameters(paramLabel = "CODE", arity = "0..1", description = "Such as S205.")
    private @Nullable String code;

    @Override
    public Integer call() {
        String wanted = code;
        if (wanted == null) {
            list();
            return ExitCode.DONE;
        }
        ErrorCode found = ErrorCode.find(wanted)
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(),
                        "there is no such code: code=" + SafeText.of(wanted) + "; list them with: stele explain"));
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("schema", "stele.explain/1");
        tree.put("code", found.code());
        tree.put("title", found.title());
        tree.put("cause", found.cause());
        tree.put("next", found.next());
        tree.put("exitCode", found.exitCode());
        main.options().report(tree, screen -> lines(screen, found));
        return ExitCode.DONE;
    }

    private void list() {
        List<RowWriter.Column> columns = List.of(
                RowWriter.Column.text("code", "code"),
                RowWriter.Column.count("exitCode", "exit"),
                RowWriter.Column.flexible("title", "what"));
        try (RowWriter rows = new RowWriter(main.options(), "stele.explain-list/1", Map.of(), columns)) {
            for (ErrorCode one : ErrorCode.values()) {
                rows.row(one.code(), one.exitCode(), one.title());
            }
        }
    }

    private static List<String> lines(Screen screen, ErrorCode found) {
        List<String> lines = new ArrayList<>();
        lines.add(screen.paint(Paint.BOLD, found.code() + "  " + found.title()));
        lines.add("");
        lines.add("  cause  " + found.cause());
        lines.add("  next   " + found.next());
        lines.add(screen.paint(Paint.DIM, "  exit   " + found.exitCode()));
        return lines;
    }
}
