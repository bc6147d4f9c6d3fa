package io.stele.tools;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine;

/**
 * The commands by name, in the order of the help. A command line that names one of them needs that class alone, and a start takes
 * much of its time for reading the options of all.
 */
final class Commands {
    private static final Set<String> OPTIONS_WITH_VALUE = Set.of("-d", "--data-dir", "-o", "--output", "--color");

    private static final List<Map.Entry<String, Class<?>>> ALL = List.of(
            Map.entry("demo", DemoCommand.class),
            Map.entry("inspect", InspectCommand.class),
            Map.entry("show", ShowCommand.class),
            Map.entry("ls", LsCommand.class),
            Map.entry("state", StateCommand.class),
            Map.entry("events", EventsCommand.class),
            Map.entry("tail", TailCommand.class),
            Map.entry("diff", DiffCommand.class),
            Map.entry("stats", StatsCommand.class),
            Map.entry("query", QueryCommand.class),
            Map.entry("verify", VerifyCommand.class),
            Map.entry("compact", CompactCommand.class),
            Map.entry("replay", ReplayCommand.class),
            Map.entry("backup", BackupCommand.class),
            Map.entry("restore", RestoreCommand.class),
            Map.entry("fork", ForkCommand.class),
            Map.entry("export", ExportCommand.class),
            Map.entry("import", ImportCommand.class),
            Map.entry("repair", RepairCommand.class),
            Map.entry("doctor", DoctorCommand.class),
            Map.entry("snapshot", SnapshotCommand.class),
            Map.entry("rewrite", RewriteCommand.class),
            Map.entry("forget", ForgetCommand.class),
            Map.entry("bench", BenchCommand.class),
            Map.entry("top", TopCommand.class),
            Map.entry("recovery-plan", RecoveryPlanCommand.class),
            Map.entry("timers", TimersCommand.class),
            Map.entry("dead-letters", DeadLettersCommand.class),
            Map.entry("hold", HoldCommand.class),
            Map.entry("release", ReleaseCommand.class),
            Map.entry("holds", HoldsCommand.class),
            Map.entry("quarantine", QuarantineCommand.class),
            Map.entry("log", LogCommand.class),
            Map.entry("crash-test", CrashTestCommand.class),
            Map.entry("explain", ExplainCommand.class),
            Map.entry("examples", ExamplesCommand.class),
            Map.entry("completion", CompletionCommand.class),
            Map.entry("version", VersionCommand.class),
            Map.entry("help", CommandLine.HelpCommand.class));

    private Commands() {}

    static List<String> names() {
        return ALL.stream().map(Map.Entry::getKey).toList();
    }

    /** Adds the command that {@code args} name; all of them if they name none that is known. */
    static void addTo(CommandLine line, String... args) {
        String named = named(args);
        List<Class<?>> wanted = new ArrayList<>();
        for (Map.Entry<String, Class<?>> entry : ALL) {
            if (entry.getKey().equals(named)) {
                wanted.add(entry.getValue());
            }
        }
        if (wanted.isEmpty() || named.equals("help") || named.equals("completion")) {
            wanted = ALL.stream().<Class<?>>map(Map.Entry::getValue).toList();
        }
        for (Class<?> command :
                wanted) { // a method reference would keep picocli out of the class archive: see ClassTraining
            line.addSubcommand(command);
        }
    }

    /** Returns the first argument that is neither an option nor the value of one. */
    private static String named(String... args) {
        for (int i = 0; i < args.length; i++) {
            if (!args[i].startsWith("-")) {
                return args[i];
            }
            if (OPTIONS_WITH_VALUE.contains(args[i])) {
                i++;
            }
        }
        return "";
    }
}
