package io.stele.tools;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** {@code stele doctor}: whether this machine is fit for it. */
@Command(
        name = "doctor",
        abbreviateSynopsis = true,
        sortOptions = false,
        description = "Checks the machine: JVM and its flags, disk, file system, limits, versions.",
        footer = {
            "",
            "Example: stele doctor --data-dir /var/lib/bank",
            "Works without a data directory, too. Takes no lock and changes nothing.",
            "Exit code 3 if something is wrong; a remark alone is none."
        })
final class DoctorCommand extends SubCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Override
    public Integer call() {
        Path directory = main.options().dataDirectory();
        List<Diagnosis> found = new ArrayList<>(MachineChecks.all());
        found.addAll(DirectoryChecks.of(directory));
        boolean isWrong = found.stream().anyMatch(one -> one.status() == Diagnosis.Status.WRONG);
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("schema", "stele.doctor/1");
        tree.put("dataDirectory", Files.isDirectory(directory) ? directory.toString() : null);
        tree.put("well", !isWrong);
        tree.put("checks", found.stream().map(DoctorCommand::tree).toList());
        main.options().report(tree, screen -> lines(screen, found));
        return isWrong ? ExitCode.FINDING : ExitCode.DONE;
    }

    private static Map<String, Object> tree(Diagnosis one) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("check", one.check());
        tree.put("status", one.status().name());
        tree.put("found", one.found());
        tree.put("advice", one.advice().isEmpty() ? null : one.advice());
        return tree;
    }

    private static List<String> lines(Screen screen, List<Diagnosis> found) {
        List<String> lines = new ArrayList<>();
        for (Diagnosis one : found) {
            String mark = switch (one.status()) {
                case WELL -> screen.paint(Paint.GOOD, screen.tick());
                case REMARK -> screen.paint(Paint.ACCENT, screen.unicode() ? "•" : "*");
                case WRONG -> screen.paint(Paint.BAD, screen.cross());
            };
            lines.add("  " + mark + " " + String.format("%-18s", one.check()) + SafeText.of(one.found()));
            if (!one.advice().isEmpty()) {
                lines.add("      " + screen.paint(Paint.DIM, SafeText.of(one.advice())));
            }
        }
        return lines;
    }
}
