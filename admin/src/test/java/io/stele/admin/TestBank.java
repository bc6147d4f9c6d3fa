package io.stele.admin;

import io.stele.Stele;
import io.stele.examples.BankAccount;
import io.stele.recovery.Compactor;
import io.stele.runtime.Actor;
import io.stele.runtime.ActorRef;
import io.stele.runtime.ActorSystem;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A small bank with some life in it, behind an admin page. Confined to its test. */
final class TestBank implements AutoCloseable {
    final ActorSystem system;
    final AdminServer admin;
    final TestLog log = new TestLog();
    final ActorRef<String> worker;

    TestBank(Path directory, AdminOptions options) {
        Compactor[] compactor = new Compactor[1];
        system = Stele.builder(directory)
                .journal(journal ->
                        journal.withLaneCount(2).withSegmentBytes(4 << 20).withPayloadBytesMax(64 << 10))
                .metrics(AdminServer.newRegistry())
                .compaction(rules -> rules, given -> compactor[0] = given)
                .open();
        admin = AdminServer.builder(system)
                .options(options)
                .log(log)
                .compactor(compactor[0])
                .peers(() -> List.of(java.util.Map.of("node", "north", "state", "UP", "breaker", "CLOSED")))
                .start();
        worker = system.spawn("office", () -> new Office());
    }

    /** Makes a child, and fails when it is told to. */
    private static final class Office implements Actor<String> {
        @Override
        public void onMessage(String message, io.stele.runtime.Context<String> context) {
            if (message.equals("fail")) {
                throw new IllegalStateException("was told to");
            }
            context.spawn("clerk", () -> (String unused, io.stele.runtime.Context<String> mine) -> {});
        }
    }

    /** Books on an account, so often that its balance is known: 1 + 2 + … + count. */
    void deposit(String account, int count) {
        List<CompletableFuture<?>> replies = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            replies.add(system.entity(BankAccount.class, account)
                    .ask(new BankAccount.Deposit(null, i), Duration.ofSeconds(60))
                    .toCompletableFuture());
        }
        CompletableFuture.allOf(replies.toArray(CompletableFuture[]::new))
                .orTimeout(60, TimeUnit.SECONDS)
                .join();
    }

    @Override
    public void close() {
        admin.close();
        system.close();
    }
}
