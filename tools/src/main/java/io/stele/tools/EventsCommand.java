package io.stele.tools;

import io.stele.encryption.KeyInspector;
import io.stele.journal.Finding;
import io.stele.journal.JournalPieces;
import io.stele.snapshot.RocksStores;
import io.stele.spi.PersistenceId;
import io.stele.spi.StoredEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code stele events}: the events themselves. */
@Command(
        name = "events",
        abbreviateSynopsis = true,
        sortOptions = false,
        description = "Lists events of one actor, of those that fit a pattern, or of all.",
        footer = {
            "",
            "Example: stele events 'bank-account/4*' --type withdrawn --since 1d",
            "Events of one actor come in their order. Those of several come lane by lane, in the order of each lane.",
            "Reads files, also while their owner runs. Takes no lock and changes nothing. Needs none of your classes."
        })
final class EventsCommand extends SubCommand implements Callable<Integer> {
    private static final long SCAN_BYTES_MAX = 32 << 20;

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Parameters(
            paramLabel = "ACTOR",
            arity = "0..1",
            description = "An actor, or a pattern such as 'bank-account/*'. Or else: --all.")
    private @Nullable String actor;

    @Option(names = "--all", description = "The events of all actors.")
    private boolean all;

    @Mixin
    private final FilterOptions filters = new FilterOptions();

    @Option(
            names = {"-n", "--limit"},
            paramLabel = "N",
            description = "Stops after so many.")
    private long limit = Long.MAX_VALUE;

    @Option(
            names = {"-f", "--follow"},
            description = "Goes on with what is appended, until Ctrl-C.")
    private boolean follow;

    @Override
    public Integer call() {
        if ((actor == null) != all) {
            throw new ParameterException(spec.commandLine(), "name an actor or a pattern, or else --all");
        }
        DataDirectory directory = DataDirectory.of(main.options().dataDirectory());
        EventFilter filter = filters.filter(spec, actor, System.currentTimeMillis());
        KeyInspector keys = directory.keys();
        Damage damage = new Damage(main.options());
        Map<String, Object> facts = Map.of("dataDirectory", directory.path().toString());
        try (RowWriter rows = new RowWriter(main.options(), "stele.events/1", facts, EventRow.COLUMNS)) {
            if (follow) {
                new Follower(directory, filter, rows, damage).run(false, limit);
                return ExitCode.DONE;
            }
            PersistenceId one = single();
            if (one == null) {
                scan(directory, filter, keys, rows, damage);
            } else {
                readOne(directory, one, filter, keys, rows, damage);
            }
        }
        damage.tell();
        return ExitCode.DONE;
    }

    private @Nullable PersistenceId single() {
        String name = actor;
        if (name == null || name.contains("*") || name.contains("?") || !name.contains("/")) {
            return null;
        }
        try {
            return PersistenceId.parse(name);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    @SuppressWarnings("checkstyle:ParameterNumber")
    private void readOne(
            DataDirectory directory,
            PersistenceId id,
            EventFilter filter,
            KeyInspector keys,
            RowWriter rows,
            Damage damage) {
        int lane = directory.journal().lane(id);
        long[] found = new long[1];
        long seen;
        try (RocksStores stores = isLarge(directory) ? directory.snapshots() : null) {
            seen = directory.events(
                    id,
                    stores,
                    filter.toNumber(),
                    event -> {
                        if (found[0] < limit && filter.matches(event, keys)) {
                            found[0]++;
                            EventRow.of(event, lane, keys).writeTo(rows);
                        }
                    },
                    damage);
        }
        if (seen == 0) {
            throw new CommandFailure(
                    ErrorCode.UNKNOWN_ACTOR,
                    "actor has no events: persistenceId=" + id.encoded() + "; find it with: stele ls");
        }
    }

    /** Below that a scan is over before the index is open. */
    private static boolean isLarge(DataDirectory directory) {
        return directory.pieces().bytes() > SCAN_BYTES_MAX;
    }

    private void scan(DataDirectory directory, EventFilter filter, KeyInspector keys, RowWriter rows, Damage damage) {
        JournalPieces pieces = directory.pieces();
        Scan scan = new Scan(pieces, pieces.pieces(), damage);
        AtomicLong left = new AtomicLong(limit);
        Progress.during(main.options(), scan::status, () -> {
            scan.run(piece -> new Collector(piece.lane(), filter, keys, limit), true, found -> {
                for (EventRow row : found) {
                    if (left.getAndDecrement() <= 0) {
                        scan.stop();
                        return;
                    }
                    row.writeTo(rows);
                }
            });
            return null;
        });
    }

    /** The events of one piece that fit. */
    private static final class Collector implements Scan.Part<List<EventRow>> {
        private final int lane;
        private final EventFilter filter;
        private final KeyInspector keys;
        private final long limit;
        private final List<EventRow> found = new ArrayList<>();

        Collector(int lane, EventFilter filter, KeyInspector keys, long limit) {
            this.lane = lane;
            this.filter = filter;
            this.keys = keys;
            this.limit = limit;
        }

        @Override
        public void onEvent(StoredEvent event) {
            if (found.size() < limit && filter.matches(event, keys)) {
                found.add(EventRow.of(event, lane, keys));
            }
        }

        @Override
        public List<EventRow> result() {
            return found;
        }
    }

    /** Damage that was passed over, and said at the end. Any thread. */
    static final class Damage implements java.util.function.Consumer<Finding> {
        private final GlobalOptions options;
        private final AtomicLong count = new AtomicLong();
        private volatile @Nullable Finding first;

        Damage(GlobalOptions options) {
            this.options = options;
        }

        @Override
        public void accept(Finding finding) {
            if (finding.durable() && count.getAndIncrement() == 0) {
                first = finding;
            }
        }

        boolean isFound() {
            return count.get() > 0;
        }

        void tell() {
            Finding one = first;
            if (one != null) {
                options.console()
                        .err()
                        .println("stele: damage was passed over: findings=" + count + ", first="
                                + SafeText.of(one.report()) + " [" + ErrorCode.CORRUPT.code() + "]");
                options.console().err().flush();
            }
        }
    }
}
