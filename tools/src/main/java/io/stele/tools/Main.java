package io.stele.tools;

import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line of Stele: {@code stele demo}, {@code stele inspect}, and so on. */
@Command(
        name = "stele",
        abbreviateSynopsis = true,
        sortOptions = false,
        synopsisSubcommandLabel = "COMMAND",
        description = "Persistent actors: what Stele said has happened has still happened after a crash.",
        footer = {
            "",
            "Commands read files, also while their owner runs, and never change them, unless they say so: those show first what they "
                    + "would do, and do it with --execute.",
            "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 a check found something, 4 data in use, 5 refused, 6 cannot be "
                    + "read or reached, 7 written by a newer version, 130 interrupted. What an error means: stele explain CODE.",
            "First steps: stele demo, then stele examples."
        })
public final class Main extends SubCommand implements Runnable {
    static final String NO_COMMAND = "no command was given";

    @Mixin
    private final GlobalOptions options;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    private Main(Console console) {
        this.options = new GlobalOptions(console);
    }

    /** Runs one command, and ends the process with its exit code. */
    public static void main(String[] args) throws ReflectiveOperationException {
        List<Path> path = UserLoader.pathOf(args);
        if (!path.isEmpty() && path.stream().allMatch(Files::exists)) {
            UserLoader.runWhole(path, args);
            return;
        }
        boolean debug = Arrays.asList(args).contains("--debug");
        Quiet.on(debug ? "DEBUG" : "OFF");
        Console console = Console.ofProcess();
        Unfinished.onInterrupt(console);
        int exitCode = run(console, args);
        try {
            console.out().flush();
        } catch (BrokenPipeException e) {
            exitCode = ExitCode.DONE;
        }
        console.err().flush();
        Unfinished.end();
        System.exit(exitCode);
    }

    /** Runs one command and returns its exit code. */
    static int run(Console console, String... args) {
        return line(console, args).execute(args);
    }

    /** Returns the commands, as far as {@code args} need them. */
    static CommandLine line(Console console, String... args) {
        Main main = new Main(console);
        CommandLine line = new CommandLine(main);
        Commands.addTo(line, args);
        line.setCaseInsensitiveEnumValuesAllowed(true)
                .setAbbreviatedOptionsAllowed(true)
                .setUsageHelpAutoWidth(false)
                .setUsageHelpWidth(Math.min(100, Math.max(60, console.columns())))
                .setOut(writer(console.out()))
                .setErr(writer(console.err()))
                .setColorScheme(CommandLine.Help.defaultColorScheme(
                        main.options.outScreen().colour() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF));
        Errors errors = new Errors(main.options);
        line.setParameterExceptionHandler(errors).setExecutionExceptionHandler(errors);
        return line;
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), true);
    }

    GlobalOptions options() {
        return options;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), NO_COMMAND);
    }
}
