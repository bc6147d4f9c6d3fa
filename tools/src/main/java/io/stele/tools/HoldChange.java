package io.stele.tools;

import io.stele.Stele;
import io.stele.journal.ExclusiveAccess;
import io.stele.recovery.LegalHolds;
import io.stele.spi.PersistenceId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** What {@code hold} and {@code release} have in common. */
final class HoldChange {
    @Parameters(paramLabel = "ACTOR", description = "Which actor, such as account/42.")
    private String actor = "";

    @Option(names = "--execute", description = "Does it. Without, it is shown.")
    private boolean execute;

    @Option(names = "--yes", description = "Does not ask.")
    private boolean yes;

    /** Shows or does it. A release is asked for, since the next compaction may remove what was held. */
    int run(GlobalOptions options, CommandSpec spec, boolean isHold) {
        DataDirectory directory = DataDirectory.of(options.dataDirectory());
        PersistenceId id;
        try {
            id = PersistenceId.parse(actor);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
        LegalHolds holds = Stele.legalHolds(directory.path());
        boolean wasHeld = holds.list().contains(id);
        if (execute) {
            if (!isHold) {
                Confirmation.require(
                        options, yes, "the next compaction may remove what was held: actor=" + id, id.encoded());
            }
            ExclusiveAccess.during(Stele.journalDirectory(directory.path()), () -> {
                if (isHold) {
                    holds.hold(id);
                } else {
                    holds.release(id);
                }
            });
        }
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("schema", isHold ? "stele.hold/1" : "stele.release/1");
        tree.put("dataDirectory", directory.path().toString());
        tree.put("actor", id.encoded());
        tree.put("heldBefore", wasHeld);
        tree.put("executed", execute);
        tree.put("held", holds.list().contains(id));
        String state = (isHold ? "is under legal hold" : "is under no legal hold") + (execute ? " now" : "");
        String sentence = execute || wasHeld == isHold
                ? state
                : (isHold ? "would be put under legal hold" : "would be released") + ". To do it, add --execute.";
        options.report(tree, screen -> List.of("  " + SafeText.of(id.encoded()) + " " + sentence));
        return ExitCode.DONE;
    }
}
