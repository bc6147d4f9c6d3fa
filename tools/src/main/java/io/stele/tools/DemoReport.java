package io.stele.tools;

import io.stele.spi.Durability;
import io.stele.tools.Transactions.Total;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What a demo has shown. Says nothing that was not checked.
 *
 * @param directory where the data is
 * @param ledger what was acknowledged
 * @param outcome what was seen on the way
 * @param verdict what the files say
 * @param expected what someone else worked out; null if nobody did
 * @param differences where the files say otherwise; null if nobody did
 * @param seed of transactions and kills
 * @param durability what an acknowledgement survives
 */
record DemoReport(
        Path directory,
        Ledger ledger,
        DemoRun.Outcome outcome,
        Proof.Verdict verdict,
        @Nullable Map<String, Total> expected,
        @Nullable List<String> differences,
        long seed,
        Durability durability) {

    boolean holds() {
        return verdict.holds() && (differences == null || differences.isEmpty());
    }

    /** Says in one sentence, with the first findings behind it, what does not hold. */
    String failure() {
        List<String> found = new ArrayList<>(verdict.sentences());
        if (differences != null) {
            found.addAll(differences);
        }
        String what = verdict.holds()
                ? "balances are not the expected ones"
                : "the files do not agree with what was acknowledged";
        return what + ": " + String.join("; ", found);
    }

    Map<String, Object> tree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("schema", "stele.demo/1");
        tree.put("dataDirectory", directory.toString());
        tree.put("seed", seed);
        tree.put("durability", DurabilityConverter.shown(durability));
        tree.put("holds", holds());
        tree.put("accounts", verdict.accounts());
        tree.put("transactions", ledger.size());
        tree.put("rejected", ledger.rejectedCount());
        tree.put("events", verdict.events());
        tree.put("kills", outcome.killsDone());
        tree.put("inFlightWhenKilled", outcome.inFlightWhenKilled());
        tree.put("recoveriesNs", outcome.recoveriesNs());
        tree.put("opensNs", outcome.opensNs());
        tree.put("servedNs", outcome.servedNs());
        tree.put("eventsPerSecond", eventsPerSecond());
        tree.put("lost", verdict.lost());
        tree.put("duplicated", verdict.duplicated());
        tree.put("unknown", verdict.unknown());
        tree.put("altered", verdict.altered());
        tree.put("balancesWrong", verdict.balancesWrong());
        tree.put("balancesCompared", expected == null ? 0 : expected.size());
        tree.put("findings", verdict.sentences());
        tree.put("differences", differences == null ? List.of() : differences);
        return tree;
    }

    List<String> lines(Screen screen, UnaryOperator<String> next) {
        Table table = new Table().left("").right("").flexible("");
        table.row("accounts", Units.count(verdict.accounts()), "");
        table.row(
                "transactions",
                Units.count(ledger.size()),
                ledger.rejectedCount() == 0
                        ? "all acknowledged"
                        : Units.count(ledger.rejectedCount()) + " rejected, all others acknowledged");
        table.row("events in the files", Units.count(verdict.events()), "");
        table.row("kills survived", Units.count(outcome.killsDone()), kills());
        if (!outcome.recoveriesNs().isEmpty()) {
            table.row("time to recover", Units.duration(median(outcome.recoveriesNs())), recoveries());
        }
        table.row("events per second", Units.count(eventsPerSecond()), "while the bank was up, " + tier());
        checked(table, screen, "lost", verdict.lost(), "every acknowledged transaction is in the files");
        checked(table, screen, "duplicated", verdict.duplicated(), "and stands there once");
        checked(table, screen, "unknown or altered", verdict.unknown() + verdict.altered(), "and nothing else does");
        balances(table, screen);
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.addAll(table.lines(screen));
        lines.add("");
        if (holds()) {
            lines.add("Look at what it has left in " + SafeText.of(directory.toString()) + ":");
            lines.add("  " + next.apply("inspect"));
            lines.add("  " + next.apply("show " + Transactions.ENTITY_TYPE + "/" + SafeText.of(busiestAccount())));
            lines.add("  " + next.apply("verify"));
        }
        return lines;
    }

    private void balances(Table table, Screen screen) {
        checked(table, screen, "balances wrong", verdict.balancesWrong(), "exact, in the files and by their actors");
        if (expected != null && differences != null) {
            checked(
                    table,
                    screen,
                    "not as expected",
                    differences.size(),
                    "compared with the list, " + Units.count(expected.size(), "account"));
        }
    }

    private static void checked(Table table, Screen screen, String name, long wrong, String meaning) {
        Paint paint = wrong == 0 ? Paint.GOOD : Paint.BAD;
        String mark = wrong == 0 ? screen.tick() + " " + meaning : screen.cross();
        table.row(name, Table.Cell.of(paint, Units.count(wrong)), Table.Cell.drawing(paint, mark));
    }

    private String kills() {
        if (outcome.killsDone() == 0) {
            return "";
        }
        return "by SIGKILL, " + Units.count(outcome.inFlightWhenKilled(), "transaction") + " in flight";
    }

    private String recoveries() {
        long longest =
                outcome.recoveriesNs().stream().mapToLong(Long::longValue).max().orElse(0);
        return "median, longest " + Units.duration(longest) + "; of that opening "
                + Units.duration(median(outcome.opensNs()));
    }

    private String tier() {
        return durability == Durability.POWER_LOSS ? "each on disk" : "each in the page cache";
    }

    private long eventsPerSecond() {
        return outcome.servedNs() == 0 ? 0 : (long) (verdict.events() / (outcome.servedNs() / 1e9));
    }

    private String busiestAccount() {
        return verdict.balances().entrySet().stream()
                .max(Map.Entry.comparingByValue(
                        (left, right) -> Long.compare(left.transactions(), right.transactions())))
                .map(Map.Entry::getKey)
                .orElse("1");
    }

    private static long median(List<Long> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElse(0L);
    }
}
