package io.stele.tools;

import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
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
        subcommands = {
            DemoCommand.class,
            InspectCommand.class,
            ShowCommand.class,
            StateCommand.class,
            VerifyCommand.class,
            CompactCommand.class,
            ReplayCommand.class,
            BackupCommand.class,
            RestoreCommand.class,
            ForkCommand.class,
            RecoveryPlanCommand.class,
            QuarantineCommand.class,
            CrashTestCommand.class,
            ExamplesCommand.class,
            VersionCommand.class,
            HelpCommand.class
        },
        footer = {
            "",
            "Commands read files, most of them also while their owner runs, and never change them; demo, backup, restore and fork "
                    + "write elsewhere, and compact --execute alone makes less of them.",
            "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 a check found something, 4 data in use, 5 refused.",
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
    public static void main(String[] args) {
        boolean debug = Arrays.asList(args).contains("--debug");
        Quiet.on(debug ? "DEBUG" : "OFF");
        Console console = Console.ofProcess();
        int exitCode = run(console, args);
        console.out().flush();
        console.err().flush();
        System.exit(exitCode);
    }

    /** Runs one command and returns its exit code. */
    static int run(Console console, String... args) {
        Main main = new Main(console);
        CommandLine line = new CommandLine(main)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setAbbreviatedOptionsAllowed(true)
                .setUsageHelpAutoWidth(false)
                .setUsageHelpWidth(Math.min(100, Math.max(60, console.columns())))
                .setOut(writer(console.out()))
                .setErr(writer(console.err()))
                .setColorScheme(CommandLine.Help.defaultColorScheme(
                        main.options.outScreen().colour() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF));
        Errors errors = new Errors(main.options);
        line.setParameterExceptionHandler(errors).setExecutionExceptionHandler(errors);
        return line.execute(args);
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
