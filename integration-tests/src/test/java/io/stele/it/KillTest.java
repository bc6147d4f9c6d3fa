package io.stele.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.stele.Stele;
import io.stele.examples.BankAccount;
import io.stele.examples.BankAccount.Balance;
import io.stele.examples.BankAccount.Deposit;
import io.stele.examples.BankAccount.GetBalance;
import io.stele.journal.ChronicleJournal;
import io.stele.journal.JournalOptions;
import io.stele.runtime.ActorSystem;
import io.stele.spi.Clock;
import io.stele.spi.RecordMetadata;
import io.stele.testkit.Fault;
import io.stele.testkit.InMemoryIndexStore;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real processes, killed with SIGKILL under load; a process of its own then looks at what is left. */
@Tag("slow")
final class KillTest {
    private static final int KILLS = 4;
    private static final int ACCOUNTS = 20;
    private static final int BATCH = 400;

    @TempDir
    private Path directory;

    private final Map<String, Long> sent = new HashMap<>();
    private final Map<String, String> accountOf = new HashMap<>();
    private final Set<String> acknowledged = new HashSet<>();

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    @Timeout(180)
    @Fault("F01")
    void shouldKeepEveryAcknowledgedTransactionOnce(long seed) throws Exception {
        SplittableRandom random = new SplittableRandom(seed);
        for (int kill = 1; kill <= KILLS; kill++) {
            killUnderLoad(random, List.of());
        }

        verify("seed=" + seed);
    }

    /** As process 1 of a fresh namespace every run has the same pid: what a container does, and what a lock by pid cannot stand. */
    @Test
    @Timeout(180)
    @Fault("F01")
    void shouldComeBackAsProcessOneOfAContainer() throws Exception {
        List<String> unshare = List.of("unshare", "--pid", "--fork", "--mount-proc", "--kill-child");
        assumeTrue(canUnshare(unshare), "needs root, for a process namespace of its own");
        SplittableRandom random = new SplittableRandom(3);
        for (int kill = 1; kill <= KILLS; kill++) {
            killUnderLoad(random, unshare);
        }

        verify("in a namespace");
    }

    private static boolean canUnshare(List<String> unshare) throws Exception {
        List<String> command = new java.util.ArrayList<>(unshare);
        command.add("true");
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getInputStream().readAllBytes();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (java.io.IOException e) {
            return false;
        }
    }

    private void killUnderLoad(SplittableRandom random, List<String> prefix) throws Exception {
        NodeProcess node = NodeProcess.start(directory, prefix);
        assertThat(node.readLine()).isEqualTo("ready");
        for (int i = 0; i < BATCH; i++) {
            String id = "tx-" + sent.size();
            String account = "a" + random.nextInt(ACCOUNTS);
            long cents = random.nextLong(1, 10_000);
            sent.put(id, cents);
            accountOf.put(id, account);
            node.send(account + " " + id + " " + cents);
        }
        int acknowledgedBeforeKill = random.nextInt(1, BATCH / 2);
        for (int i = 0; i < acknowledgedBeforeKill; i++) {
            onLine(node.readLine());
        }
        node.kill(this::onLine);
    }

    private void onLine(String line) {
        if (sent.containsKey(line)) {
            acknowledged.add(line);
        } else {
            assertThat(line).as("a node never fails a transaction").doesNotStartWith("failed");
        }
    }

    /** Counts what is stored, then sends everything again: what was there already must not count twice. */
    private void verify(String what) {
        assertThat(acknowledged).as(what).isNotEmpty();
        Map<String, Integer> counts = stored();
        assertThat(counts.keySet()).as("%s: acknowledged and stored", what).containsAll(acknowledged);
        assertThat(counts.keySet()).as("%s: stored and sent", what).isSubsetOf(sent.keySet());
        assertThat(counts.values()).as("%s: stored once", what).containsOnly(1);
        try (ActorSystem system = Node.open(directory)) {
            Map<String, Long> stored = balances(system);
            long acknowledgedCents = acknowledged.stream().mapToLong(sent::get).sum();
            long sentCents = sent.values().stream().mapToLong(Long::longValue).sum();
            assertThat(stored.values().stream().mapToLong(Long::longValue).sum())
                    .as("%s: at least what was acknowledged, at most what was sent", what)
                    .isBetween(acknowledgedCents, sentCents);
            for (String id : sent.keySet()) {
                Balance before = ask(system, id);
                assertThat(before.cents()).as("%s: %s", what, id).isPositive();
            }

            Map<String, Long> expected = new HashMap<>();
            sent.forEach((id, cents) -> expected.merge(account(id), cents, Long::sum));
            assertThat(balances(system)).as("%s: every transaction once", what).isEqualTo(expected);
        }
        assertThat(stored().keySet()).as(what).isEqualTo(sent.keySet());
    }

    private Balance ask(ActorSystem system, String id) {
        return system.entity(BankAccount.class, account(id))
                .ask(new Deposit(id, sent.getOrDefault(id, 0L)))
                .toCompletableFuture()
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
    }

    private String account(String id) {
        return accountOf.getOrDefault(id, "");
    }

    private Map<String, Long> balances(ActorSystem system) {
        Map<String, Long> balances = new HashMap<>();
        for (String account : new HashSet<>(accountOf.values())) {
            Balance balance = system.entity(BankAccount.class, account)
                    .ask(new GetBalance())
                    .toCompletableFuture()
                    .orTimeout(30, TimeUnit.SECONDS)
                    .join();
            balances.put(account, balance.cents());
        }
        return balances;
    }

    /** Reads the journal itself, without the runtime: how often does each transaction stand there? */
    private Map<String, Integer> stored() {
        Map<String, Integer> counts = new HashMap<>();
        JournalOptions options = JournalOptions.of(Stele.journalDirectory(directory));
        try (ChronicleJournal journal = ChronicleJournal.open(options, InMemoryIndexStore.open(), Clock.system())) {
            for (int lane = 0; lane < journal.laneCount(); lane++) {
                journal.read(lane, 0, Long.MAX_VALUE, event -> {
                    String id = RecordMetadata.findText(event.metadata(), RecordMetadata.COMMAND_ID);
                    counts.merge(String.valueOf(id), 1, Integer::sum);
                });
            }
        }
        return counts;
    }
}
