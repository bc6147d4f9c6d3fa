package io.stele.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.stele.Backup;
import io.stele.Stele;
import io.stele.examples.BankAccount;
import io.stele.examples.BankAccount.Balance;
import io.stele.examples.BankAccount.Deposit;
import io.stele.runtime.ActorSystem;
import io.stele.spi.JournalException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backups and forks of systems that work, as a user makes them. */
final class BackupTest {
    private static final int ACCOUNTS = 40;
    private static final int THREADS = 4;
    private static final long AWAITED_BEFORE = 4_000;

    @TempDir
    Path temporary;

    /** Every deposit is 1, so a balance is a number of events, and a prefix is told by it alone. */
    @Test
    void shouldHoldWhatWasAcknowledgedBeforeAndAPrefixOfTheRest() throws Exception {
        Path data = temporary.resolve("data");
        Path copy = temporary.resolve("copy");
        Map<String, AtomicLong> acknowledged = new ConcurrentHashMap<>();
        Map<String, Long> before = new ConcurrentHashMap<>();
        Map<String, Long> after = new ConcurrentHashMap<>();
        AtomicBoolean ended = new AtomicBoolean();
        AtomicLong sent = new AtomicLong();
        try (ActorSystem system = Node.open(data)) {
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                SplittableRandom random = new SplittableRandom(100 + i);
                threads.add(new Thread(() -> {
                    while (!ended.get()) {
                        String account = "a" + random.nextInt(ACCOUNTS);
                        deposit(system, account, "d" + sent.incrementAndGet());
                        acknowledged
                                .computeIfAbsent(account, key -> new AtomicLong())
                                .incrementAndGet();
                    }
                }));
            }
            threads.forEach(Thread::start);
            await().until(() -> sent.get() > AWAITED_BEFORE);
            acknowledged.forEach((account, count) -> before.put(account, count.get()));

            Backup.Report report = Stele.backup(system, copy);

            assertThat(report.journal().verified()).isNotNull();
            ended.set(true);
            for (Thread thread : threads) {
                thread.join();
            }
            acknowledged.forEach((account, count) -> after.put(account, count.get()));
        }
        try (ActorSystem opened = Node.open(copy)) {
            for (String account : after.keySet()) {
                long events = eventsOf(opened, account);
                assertThat(events)
                        .as("seeds=100…%d, account=%s", 100 + THREADS - 1, account)
                        .isBetween(before.getOrDefault(account, 0L), after.get(account));
            }
        }
    }

    @Test
    void shouldLetAForkAndItsOriginGoTheirOwnWays() {
        Path data = temporary.resolve("data");
        Path fork = temporary.resolve("fork");
        try (ActorSystem system = Node.open(data)) {
            for (int i = 0; i < 250; i++) {
                deposit(system, "shared", "s" + i);
            }
            Stele.fork(system, fork);
            try (ActorSystem forked = Node.open(fork)) {
                deposit(forked, "shared", "f");
                deposit(forked, "shared", "g");
                deposit(system, "shared", "o");

                assertThat(eventsOf(forked, "shared")).isEqualTo(252);
                assertThat(eventsOf(system, "shared")).isEqualTo(251);
            }
        }
        try (ActorSystem forked = Node.open(fork);
                ActorSystem system = Node.open(data)) {
            assertThat(eventsOf(forked, "shared")).isEqualTo(252);
            assertThat(eventsOf(system, "shared")).isEqualTo(251);
        }
    }

    @Test
    void shouldRestoreABackupWithoutTouchingIt() throws IOException {
        Path data = temporary.resolve("data");
        Path backup = temporary.resolve("backup");
        Path restored = temporary.resolve("restored");
        try (ActorSystem system = Node.open(data)) {
            for (int i = 0; i < 120; i++) {
                deposit(system, "a", "d" + i);
            }
        }
        Backup.of(data).to(backup);

        Stele.restore(backup, restored);

        try (ActorSystem system = Node.open(restored)) {
            deposit(system, "a", "more");
            assertThat(eventsOf(system, "a")).isEqualTo(121);
        }
        try (ActorSystem system = Node.open(backup)) {
            assertThat(eventsOf(system, "a")).isEqualTo(120);
        }
        assertThatThrownBy(() -> Stele.restore(backup, restored))
                .isInstanceOf(JournalException.class)
                .hasMessageContaining("target is not empty");
    }

    @Test
    void shouldCarrySnapshotsAlong() throws IOException {
        Path data = temporary.resolve("data");
        Path copy = temporary.resolve("copy");
        try (ActorSystem system = Node.open(data)) {
            for (int i = 0; i < 500; i++) {
                deposit(system, "a", "d" + i);
            }
            await().until(() -> system.snapshotsSaved() > 0);
            Stele.backup(system, copy);
        }
        assertThat(Files.exists(Stele.snapshotDirectory(copy).resolve("CURRENT")))
                .isTrue();
        try (ActorSystem opened = Node.open(copy)) {
            assertThat(eventsOf(opened, "a")).isEqualTo(500);
        }
    }

    private static void deposit(ActorSystem system, String account, String id) {
        Balance unused = system.entity(BankAccount.class, account)
                .ask(new Deposit(id, 1))
                .toCompletableFuture()
                .join();
        assertThat(unused).isNotNull();
    }

    private static long eventsOf(ActorSystem system, String account) {
        return system.entity(BankAccount.class, account)
                .ask(new BankAccount.GetBalance())
                .toCompletableFuture()
                .join()
                .cents();
    }
}
