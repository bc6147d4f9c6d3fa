package io.stele.tools;

import io.stele.encryption.KeyInspector;
import io.stele.journal.JournalPieces;
import io.stele.spi.StoredEvent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code stele query}: questions to the whole history. */
@Command(
        name = "query",
        abbreviateSynopsis = true,
        sortOptions = false,
        description = "Answers a question about the whole history.",
        footer = {
            "",
            "Example: stele query \"select count(), sum(amount) where type = 'withdrawn' and amount > 10000 group by day\"",
            "",
            "A query is a condition, what to work out of the events that fit, and for which groups; each may be left out:",
            "  select count(), sum(F), min(F), max(F), avg(F)  where CONDITION  group by F, F",
            "Conditions: F = V, !=, <, <=, >, >=, F ~ 'regex', F in (V, V), F is null, F is not null, and, or, not, ( ).",
            "Fields of every event: type, version, actor, kind, id, number, time, year, month, day, hour, minute, lane, "
                    + "bytes, tags, command. All others are fields of the payload: amount, by.last4, payload.type.",
            "Texts stand in single quotes. Reads files, also while their owner runs; takes no lock and changes nothing."
        })
final class QueryCommand extends SubCommand implements Callable<Integer> {
    private static final double PERCENT = 100;

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Parameters(paramLabel = "QUERY", description = "Such as \"type = 'withdrawn' group by day\".")
    private String text = "";

    @Option(
            names = "--sample",
            paramLabel = "PERCENT",
            description =
                    "Reads about so much of the segments, chosen at random; counts and sums are scaled up, and estimates.")
    private @Nullable String sample;

    @Option(names = "--seed", paramLabel = "N", description = "Chooses the same segments again.")
    private long seed = 1;

    @Option(
            names = {"-n", "--limit"},
            paramLabel = "N",
            description = "Not more than so many rows.")
    private long limit = Long.MAX_VALUE;

    @Override
    public Integer call() {
        Query query = Query.parse(text);
        DataDirectory directory = DataDirectory.of(main.options().dataDirectory());
        JournalPieces pieces = directory.pieces();
        List<JournalPieces.Piece> wanted = sampled(pieces.pieces());
        EventsCommand.Damage damage = new EventsCommand.Damage(main.options());
        Scan scan = new Scan(pieces, wanted, damage);
        double scale = pieces.bytes() == 0
                ? 1
                : (double) Math.max(1, pieces.bytes())
                        / Math.max(
                                1,
                                wanted.stream()
                                        .mapToLong(JournalPieces.Piece::bytes)
                                        .sum());
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("dataDirectory", directory.path().toString());
        facts.put("query", text);
        facts.put("exact", wanted.size() == pieces.pieces().size());
        if (query.isListing()) {
            list(query, directory.keys(), scan, facts);
        } else {
            sumUp(
                    query,
                    directory.keys(),
                    scan,
                    facts,
                    wanted.size() == pieces.pieces().size() ? 1 : scale);
        }
        if (wanted.size() != pieces.pieces().size()) {
            main.options()
                    .console()
                    .err()
                    .println("stele: estimated from " + wanted.size() + " of "
                            + Units.count(pieces.pieces().size(), "segment"));
        }
        damage.tell();
        return ExitCode.DONE;
    }

    private List<JournalPieces.Piece> sampled(List<JournalPieces.Piece> all) {
        String wanted = sample;
        if (wanted == null) {
            return all;
        }
        double share = Shares.parse(wanted) / PERCENT;
        List<JournalPieces.Piece> mixed = new ArrayList<>(all);
        Collections.shuffle(mixed, new Random(seed));
        return mixed.subList(0, (int) Math.max(1, Math.ceil(share * mixed.size())));
    }

    private void list(Query query, KeyInspector keys, Scan scan, Map<String, Object> facts) {
        AtomicLong left = new AtomicLong(limit);
        try (RowWriter rows = new RowWriter(main.options(), "stele.query/1", facts, EventRow.COLUMNS)) {
            Progress.during(main.options(), scan::status, () -> {
                scan.run(piece -> new Finder(query, piece.lane(), keys, limit), true, found -> {
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
    }

    private void sumUp(Query query, KeyInspector keys, Scan scan, Map<String, Object> facts, double scale) {
        QueryTally whole = new QueryTally(query);
        Progress.during(main.options(), scan::status, () -> {
            scan.run(piece -> new Counter(query, piece.lane(), keys), false, whole::add);
            return null;
        });
        List<RowWriter.Column> columns = new ArrayList<>();
        query.groupBy().forEach(field -> columns.add(RowWriter.Column.text(field, field)));
        query.select().forEach(one -> columns.add(RowWriter.Column.count(one.name(), one.name())));
        try (RowWriter rows = new RowWriter(main.options(), "stele.query/1", facts, columns)) {
            whole.sorted().entrySet().stream().limit(limit).forEach(group -> {
                List<@Nullable Object> row = new ArrayList<>(group.getKey());
                for (int i = 0; i < query.select().size(); i++) {
                    row.add(group.getValue()[i].of(query.select().get(i), scale));
                }
                rows.row(row.toArray());
            });
        }
    }

    /** Keeps what fits. */
    private static final class Finder implements Scan.Part<List<EventRow>> {
        private final Query query;
        private final int lane;
        private final KeyInspector keys;
        private final long limit;
        private final QueryRow row;
        private final List<EventRow> found = new ArrayList<>();

        Finder(Query query, int lane, KeyInspector keys, long limit) {
            this.query = query;
            this.lane = lane;
            this.keys = keys;
            this.limit = limit;
            row = new QueryRow(lane, keys);
        }

        @Override
        public void onEvent(StoredEvent event) {
            if (found.size() < limit && query.matches(row.at(event))) {
                found.add(EventRow.of(event, lane, keys));
            }
        }

        @Override
        public List<EventRow> result() {
            return found;
        }
    }

    /** Sums up what fits. */
    private static final class Counter implements Scan.Part<QueryTally> {
        private final Query query;
        private final QueryRow row;
        private final QueryTally tally;

        Counter(Query query, int lane, KeyInspector keys) {
            this.query = query;
            row = new QueryRow(lane, keys);
            tally = new QueryTally(query);
        }

        @Override
        public void onEvent(StoredEvent event) {
            if (query.matches(row.at(event))) {
                tally.add(row);
            }
        }

        @Override
        public QueryTally result() {
            return tally;
        }
    }
}
