package io.stele.tools;

import io.stele.Stele;
import io.stele.journal.Finding;
import io.stele.journal.JournalRepair;
import io.stele.journal.RepairAction;
import io.stele.journal.RepairPlan;
import io.stele.spi.Clock;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code stele repair}: makes a damaged journal usable, without losing what it takes away. */
@Command(
        name = "repair",
        abbreviateSynopsis = true,
        sortOptions = false,
        description =
                "Plans how to make a damaged journal usable; with --execute does it, keeping all that it changes.",
        footer = {
            "",
            "Example: stele repair --give-up-damaged",
            "Restore the files from a backup if there is one: a repair cannot bring back what is damaged.",
            "What it changes or removes is kept in journal/repaired-<time>. The owner must not run.",
            "Exit code 3 if findings are left that a repair does not touch."
        })
final class RepairCommand extends SubCommand implements Callable<Integer> {
    private static final int LOST_SHOWN_MAX = 20;

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Option(
            names = "--give-up-damaged",
            description =
                    "Cuts lanes at their first damage, and gives up every later event of the lane, acknowledged or not.")
    private boolean cutDamage;

    @Option(names = "--execute", description = "Does it. Without, it is shown.")
    private boolean execute;

    @Option(names = "--yes", description = "Does not ask.")
    private boolean yes;

    @Override
    public Integer call() {
        DataDirectory directory = DataDirectory.of(main.options().dataDirectory());
        RepairPlan plan = JournalRepair.plan(Stele.journalDirectory(directory.path()), cutDamage);
        JournalRepair.Report done = null;
        if (execute && !plan.isEmpty()) {
            Confirmation.require(
                    main.options(),
                    yes,
                    "repair makes " + Units.count(plan.actions().size(), "change") + " and gives up events of "
                            + Units.count(plan.lost().size(), "actor") + ": directory=" + directory.path(),
                    "repair");
            done = JournalRepair.execute(plan, Clock.system());
        }
        JournalRepair.Report report = done;
        main.options().report(tree(directory.path(), plan, report), screen -> lines(screen, plan, report));
        return plan.refused().isEmpty() ? ExitCode.DONE : ExitCode.FINDING;
    }

    private static Map<String, Object> tree(Path directory, RepairPlan plan, JournalRepair.@Nullable Report done) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("schema", "stele.repair/1");
        tree.put("dataDirectory", directory.toString());
        tree.put("executed", done != null);
        tree.put("actions", plan.actions().stream().map(RepairAction::describe).toList());
        tree.put("lost", plan.lost().stream().map(RepairCommand::tree).toList());
        tree.put("leftAlone", plan.refused().stream().map(Finding::report).toList());
        tree.put("keptIn", done == null || done.keptDirectory() == null ? null : String.valueOf(done.keptDirectory()));
        tree.put("cleanAfterwards", done == null ? null : done.after().isDurableClean());
        return tree;
    }

    private static Map<String, Object> tree(RepairPlan.Lost lost) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("actor", lost.persistenceId().encoded());
        tree.put("from", lost.fromSequenceNumber());
        tree.put("to", lost.toSequenceNumber());
        tree.put("readable", lost.readableCount());
        return tree;
    }

    private static List<String> lines(Screen screen, RepairPlan plan, JournalRepair.@Nullable Report done) {
        List<String> lines = new ArrayList<>();
        if (plan.isEmpty() && plan.refused().isEmpty()) {
            return List.of(screen.paint(Paint.GOOD, screen.tick() + " nothing needs a repair"));
        }
        plan.actions().forEach(action -> lines.add("  " + SafeText.of(action.describe())));
        if (!plan.lost().isEmpty()) {
            lines.add("");
            lines.add(screen.paint(
                    Paint.BAD, "gives up events of " + Units.count(plan.lost().size(), "actor") + ":"));
            plan.lost().stream()
                    .limit(LOST_SHOWN_MAX)
                    .forEach(lost ->
                            lines.add("  " + SafeText.of(lost.persistenceId().encoded()) + " from number "
                                    + lost.fromSequenceNumber() + " to " + lost.toSequenceNumber()));
        }
        if (!plan.refused().isEmpty()) {
            lines.add("");
            lines.add(screen.paint(
                    Paint.BOLD,
                    "left alone, because events may have been acknowledged; --give-up-damaged plans for that:"));
            plan.refused().stream()
                    .limit(LOST_SHOWN_MAX)
                    .forEach(finding -> lines.add("  " + SafeText.of(finding.report())));
        }
        lines.add("");
        lines.add(done == null ? "Nothing was changed. To do it, add --execute." : after(screen, done));
        return lines;
    }

    private static String after(Screen screen, JournalRepair.Report done) {
        String state = done.after().isDurableClean()
                ? screen.paint(Paint.GOOD, screen.tick() + " the journal is whole again")
                : screen.paint(Paint.BAD, screen.cross() + " findings are left, run: stele verify");
        return state + "; what was changed is kept in " + done.keptDirectory();
    }
}
