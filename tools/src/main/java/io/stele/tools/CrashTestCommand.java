package io.stele.tools;

import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code stele crash-test}: starts the campaigns that stand beside the tests of the project. */
@Command(
        name = "crash-test",
        abbreviateSynopsis = true,
        sortOptions = false,
        description =
                "Crashes Stele in every way that this machine allows, and checks that what it had said still holds.",
        footer = {
            "",
            "Example: stele crash-test",
            "Works in temporary directories; touches no data. One line per campaign: held, VIOLATED, BROKEN (it has failed itself, "
                    + "so nobody knows), or not run and why. Exit code 0 only if at least one ran and all that ran held.",
            "Power cuts and process namespaces need root and loop devices. See docs/reliability.md."
        })
final class CrashTestCommand extends SubCommand implements Callable<Integer> {
    private static final String MACHINERY = "io.stele.it.CrashTest";

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Parameters(
            paramLabel = "CAMPAIGN",
            arity = "0..*",
            description =
                    "journal, node, survey, stores, bits, fuzz, mutants, points, kill, force, power. Default: all of them.")
    private List<String> campaigns = new ArrayList<>();

    @Option(names = "--long", description = "A night's worth of it.")
    private boolean isLong;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Where seeds begin: a seed repeats itself exactly. Default: 1.")
    private @Nullable Long seed;

    @Option(
            names = "--seeds",
            paramLabel = "N",
            description = "How many, instead of what each campaign does by itself.")
    private @Nullable Long seeds;

    @Option(names = "--seconds", paramLabel = "N", description = "How long fuzz takes over each target. Default: 45.")
    private @Nullable Long seconds;

    @Option(
            names = "--target",
            paramLabel = "NAME",
            description =
                    "Only this target of fuzz: record, segment, snapshot, manifest, import, arguments, query, payload; or "
                            + "only the mutants whose name has this word in it.")
    private @Nullable String target;

    @Option(
            names = "--record",
            description = "Writes what campaigns come to into the sources of the project, for docs/faults.md.")
    private boolean isRecorded;

    @Override
    public Integer call() {
        List<String> arguments = new ArrayList<>(campaigns);
        if (isLong) {
            arguments.add("long");
        }
        if (isRecorded) {
            arguments.add("record");
        }
        if (seconds != null) {
            arguments.add("seconds=" + seconds);
        }
        if (target != null) {
            arguments.add("target=" + target);
        }
        if (seed != null) {
            arguments.add("seed=" + seed);
        }
        if (seeds != null) {
            arguments.add("seeds=" + seeds);
        }
        try {
            Object status = Class.forName(MACHINERY)
                    .getMethod("run", PrintStream.class, String[].class)
                    .invoke(null, main.options().console().out(), arguments.toArray(String[]::new));
            return Integer.valueOf(0).equals(status) ? ExitCode.DONE : ExitCode.FAILED;
        } catch (ClassNotFoundException e) {
            throw new CommandFailure(
                    ErrorCode.NOT_SUPPORTED,
                    "crash-test needs the sources of the project; start it there: run=./stele crash-test");
        } catch (InvocationTargetException e) {
            throw new IllegalStateException(e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
