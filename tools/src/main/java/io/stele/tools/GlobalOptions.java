package io.stele.tools;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** What every command understands, before or after its name, and how its report is written. */
final class GlobalOptions {
    static final String DATA_DIR_DEFAULT = "stele-data";

    private final Console console;

    @Option(
            names = {"-d", "--data-dir"},
            paramLabel = "DIR",
            scope = ScopeType.INHERIT,
            description = "Where the data is. Default: $STELE_DATA_DIR, or else " + DATA_DIR_DEFAULT + ".")
    private @Nullable Path dataDirectory;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            scope = ScopeType.INHERIT,
            description = "table, json, jsonl or plain. Default: table on a terminal, plain elsewhere.")
    private @Nullable Format format;

    @Option(names = "--json", scope = ScopeType.INHERIT, description = "Short for -o json.")
    private boolean json;

    @Option(
            names = "--color",
            paramLabel = "WHEN",
            scope = ScopeType.INHERIT,
            description = "auto, always or never. Default: auto, which honours NO_COLOR.")
    private Console.ColorMode color = Console.ColorMode.AUTO;

    @Option(names = "--no-progress", scope = ScopeType.INHERIT, description = "Shows nothing on stderr while it works.")
    private boolean noProgress;

    @Option(
            names = "--debug",
            scope = ScopeType.INHERIT,
            description = "Logs to stderr, and shows where an error comes from.")
    private boolean debug;

    GlobalOptions(Console console) {
        this.console = console;
    }

    /** How a report is written. */
    enum Format {
        TABLE,
        JSON,
        /** One object per line. */
        JSONL,
        PLAIN
    }

    /** Draws a report for people. */
    interface Drawing {
        List<String> lines(Screen screen);
    }

    Console console() {
        return console;
    }

    Path dataDirectory() {
        if (dataDirectory != null) {
            return dataDirectory;
        }
        String fromEnvironment = console.environment().getOrDefault("STELE_DATA_DIR", "");
        return Path.of(fromEnvironment.isEmpty() ? DATA_DIR_DEFAULT : fromEnvironment);
    }

    /** Returns a command line to try next: started as this one was, and looking at the same data. */
    String next(String command) {
        String data = dataDirectory == null ? "" : " --data-dir " + SafeText.of(dataDirectory.toString());
        return SafeText.of(console.program()) + " " + command + data;
    }

    Format format() {
        if (json) {
            return Format.JSON;
        }
        if (format != null) {
            return format;
        }
        return console.outIsTerminal() ? Format.TABLE : Format.PLAIN;
    }

    boolean isDebug() {
        return debug;
    }

    boolean isProgressShown() {
        return !noProgress;
    }

    Screen errScreen() {
        return console.errScreen(color);
    }

    Screen outScreen() {
        return console.outScreen(color);
    }

    /** Writes a report in the form that was asked for. */
    void report(Map<String, ?> tree, Drawing drawing) {
        switch (format()) {
            case JSON -> console.out().println(Json.write(tree));
            case JSONL -> console.out().println(Json.line(tree));
            case PLAIN -> console.out().print(Plain.write(tree));
            case TABLE -> drawing.lines(outScreen()).forEach(console.out()::println);
        }
        console.out().flush();
    }
}
