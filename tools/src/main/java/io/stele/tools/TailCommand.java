package io.stele.tools;

import io.stele.encryption.KeyInspector;
import io.stele.journal.JournalInspector;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code stele tail}: the newest events. */
@Command(
        name = "tail",
        abbreviateSynopsis = true,
        sortOptions = false,
        description = "Shows the newest events, and with -f those that come.",
        footer = {
            "",
            "Example: stele tail -f --type withdrawn",
            "Looks at the newest segments only. Reads files, also while their owner runs; takes no lock and changes nothing."
        })
final class TailCommand extends SubCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Parameters(paramLabel = "ACTOR", arity = "0..1", description = "An actor, or a pattern. Default: all.")
    private @Nullable String actor;

    @Mixin
    private final FilterOptions filters = new FilterOptions();

    @Option(
            names = {"-n", "--events"},
            paramLabel = "N",
            defaultValue = "10",
            description = "How many. Default: ${DEFAULT-VALUE}.")
    private int count;

    @Option(
            names = {"-f", "--follow"},
            description = "Goes on with what is appended, until Ctrl-C.")
    private boolean follow;

    @Option(names = "--limit", paramLabel = "N", description = "With -f: stops after so many.")
    private long limit = Long.MAX_VALUE;

    @Override
    public Integer call() {
        DataDirectory directory = DataDirectory.of(main.options().dataDirectory());
        EventFilter filter = filters.filter(spec, actor, System.currentTimeMillis());
        EventsCommand.Damage damage = new EventsCommand.Damage(main.options());
        Map<String, Object> facts = Map.of("dataDirectory", directory.path().toString());
        try (RowWriter rows = new RowWriter(main.options(), "stele.events/1", facts, EventRow.COLUMNS)) {
            Follower follower = new Follower(directory, filter, rows, damage);
            newest(directory, filter, damage).forEach(row -> row.writeTo(rows));
            rows.flush();
            if (follow) {
                follower.run(true, limit);
            }
        }
        damage.tell();
        return ExitCode.DONE;
    }

    /** Reads the last segments of each lane, and keeps the newest events of all. */
    private List<EventRow> newest(DataDirectory directory, EventFilter filter, EventsCommand.Damage damage) {
        KeyInspector keys = directory.keys();
        JournalInspector journal = directory.journal();
        List<EventRow> found = new ArrayList<>();
        for (int lane = 0; lane < journal.laneCount(); lane++) {
            int ofLane = lane;
            Deque<EventRow> last = new ArrayDeque<>();
            long unused = journal.read(
                    lane,
                    directory.nearEnd(lane),
                    Long.MAX_VALUE,
                    event -> {
                        if (count > 0 && filter.matches(event, keys)) {
                            last.add(EventRow.of(event, ofLane, keys));
                            if (last.size() > count) {
                                last.remove();
                            }
                        }
                    },
                    damage);
            found.addAll(last);
        }
        found.sort(Comparator.comparingLong(EventRow::timestampMs));
        return found.subList(Math.max(0, found.size() - count), found.size());
    }
}
