package io.stele.it;

import io.stele.codec.RecordCodec;
import io.stele.examples.BankAccount.Balance;
import io.stele.examples.BankAccount.Deposit;
import io.stele.examples.BankAccount.Deposited;
import io.stele.examples.BankAccount.GetBalance;
import io.stele.it.JournalSimulation.Outcome;
import io.stele.it.JournalSimulation.Violation;
import io.stele.journal.ChronicleJournal;
import io.stele.journal.SimulatedMachine;
import io.stele.runtime.ActorSystem;
import io.stele.runtime.Done;
import io.stele.runtime.EntityRef;
import io.stele.runtime.SeededTurns;
import io.stele.runtime.SnapshotPolicy;
import io.stele.spi.Durability;
import io.stele.spi.JournalException;
import io.stele.spi.RecordMetadata;
import io.stele.testkit.InMemoryIndexStore;
import io.stele.testkit.InMemorySnapshotStore;
import io.stele.testkit.ManualClock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * One seed of the simulation of a whole node: bank accounts on the real runtime, recovery and journal, on a {@link SimulatedMachine} and
 * with turns instead of threads. Clients send deposits, and send those again that were not answered.
 *
 * <ul>
 *   <li>I1, I2: a deposit that was acknowledged is in the journal after every crash, also a power cut
 *   <li>I3: every account's events are numbered without gaps
 *   <li>I5, I7: what an account says, from whatever snapshot, is the sum of its events
 *   <li>I6: no deposit is there twice, and every answer to it, the first or a repeated one, is the balance behind its event
 *   <li>I11: accounts that fail restart as their supervision says, hook by hook ({@link SimulatedAccount})
 *   <li>timers: a deposit that was promised for later is never early, made once, and made in the end; accounts leave memory all the while
 *   <li>I9: no more is in flight than the mailboxes take; I10: without faults everything is answered in the end
 * </ul>
 */
final class NodeSimulation {
    private final Swarm swarm;
    private final SplittableRandom random;
    private final ManualClock clock = ManualClock.start();
    private final SimulatedMachine machine;
    private final Outcome outcome = new Outcome();
    private final CRC32C trace = new CRC32C();
    private final List<Sent> sent = new ArrayList<>();
    private final Map<String, Sent> byId = new HashMap<>();
    private InMemorySnapshotStore snapshots = InMemorySnapshotStore.open();
    private InMemoryIndexStore index = InMemoryIndexStore.open();
    private @Nullable ChronicleJournal journal;
    private @Nullable ActorSystem system;
    private SeededTurns turns = SeededTurns.of(0);
    /** The deposits that were in the journal when it was last looked at. */
    private Set<String> stored = Set.of();

    /** What one seed draws before it begins. */
    record Swarm(
            long seed,
            int laneCount,
            int accounts,
            int sectorBytes,
            int forceFails,
            int writeBack,
            int lost,
            int steps,
            int crashEvery,
            int snapshotEvery,
            int failEvery,
            int restartsMax,
            int passivateMs,
            int activeMax) {
        static Swarm of(long seed) {
            SplittableRandom draw = new SplittableRandom(seed * 0x9e3779b97f4a7c15L + 3);
            return new Swarm(
                    seed,
                    draw.nextInt(1, 4),
                    draw.nextInt(1, 12),
                    draw.nextBoolean() ? 512 : 4096,
                    new int[] {0, 0, 5, 40}[draw.nextInt(4)],
                    new int[] {0, 50}[draw.nextInt(2)],
                    new int[] {50, 100}[draw.nextInt(2)],
                    draw.nextInt(300, 900),
                    draw.nextInt(15, 70),
                    draw.nextInt(1, 9),
                    draw.nextInt(5, 60),
                    draw.nextInt(1, 5),
                    new int[] {60, 400, 120_000}[draw.nextInt(3)],
                    draw.nextInt(3) == 0 ? draw.nextInt(2, 6) : 1_000);
        }
    }

    /** A deposit and what became of it. */
    private static final class Sent {
        private final String id;
        private final String account;
        private final long cents;
        /** When a timer may make it; 0 if a client does. */
        private long dueMs;

        private boolean acknowledged;
        private @Nullable Balance answer;
        private @Nullable CompletableFuture<Balance> pending;
        private @Nullable CompletableFuture<Done> promised;
        private boolean isPromised;

        Sent(String id, String account, long cents) {
            this.id = id;
            this.account = account;
            this.cents = cents;
        }
    }

    private NodeSimulation(Path directory, Swarm swarm) throws IOException {
        this.swarm = swarm;
        random = new SplittableRandom(swarm.seed);
        machine = new SimulatedMachine(
                directory,
                new SimulatedMachine.Layout(
                        swarm.laneCount, 1 << 16, swarm.sectorBytes, swarm.forceFails, swarm.writeBack, swarm.lost),
                clock,
                random.split());
    }

    /** Runs one seed in an empty directory, which it leaves empty. Throws {@link Violation} with the seed and its options. */
    static Outcome run(Path directory, long seed) throws IOException {
        Swarm swarm = Swarm.of(seed);
        NodeSimulation simulation = new NodeSimulation(directory, swarm);
        try (SimulatedMachine machine = simulation.machine) {
            simulation.live();
            simulation.outcome.traceHash = simulation.trace.getValue();
            simulation.outcome.failedForces = machine.failedForces();
            simulation.outcome.torn = machine.tornFiles();
            return simulation.outcome;
        } catch (Violation | RuntimeException e) {
            throw new Violation(e.getMessage() + "; " + swarm + ", " + simulation.machine.story(), e);
        }
    }

    private void live() throws IOException {
        for (int step = 0; step < swarm.steps; step++) {
            clock.advance(Duration.ofMillis(random.nextInt(50)));
            outcome.simulatedNs += 25_000_000L;
            if (system == null) {
                open();
            } else {
                act();
                collect();
                if (machine.isKilled()) {
                    crash(random.nextInt(3) == 0);
                }
            }
        }
        settle();
    }

    private void settle() throws IOException {
        machine.heal();
        crash(false);
        for (int attempt = 0; system == null; attempt++) {
            require(attempt < 50, "node does not come up although nothing is wrong any more");
            open();
        }
        machine.spare();
        sent.forEach(this::send);
        for (int round = 0; round < 20; round++) {
            clock.advance(Duration.ofSeconds(1)); // more than any timer, backoff or patience
            turns.tick();
            forceAll();
            collect();
            if (round % 5 == 4) {
                sent.stream().filter(deposit -> !deposit.acknowledged).forEach(this::send);
            }
        }
        turns.tick();
        collect();
        for (Sent deposit : sent) {
            require(deposit.acknowledged || deposit.dueMs > 0, "deposit was never answered: id=" + deposit.id);
        }
        checkStored();
        for (Sent deposit : sent) {
            require(
                    stored.contains(deposit.id) || !deposit.isPromised,
                    "timer was promised, and has not fired: id=" + deposit.id);
            outcome.timersFired += deposit.dueMs > 0 && stored.contains(deposit.id) ? 1 : 0;
        }
        machine.kill();
    }

    private void forceAll() {
        for (int lane = 0; lane < swarm.laneCount; lane++) {
            machine.force(lane);
        }
    }

    private void act() throws IOException {
        try {
            actOnce();
        } catch (Error e) {
            if (!machine.isKilled()) {
                throw e;
            }
        }
    }

    private void actOnce() throws IOException {
        int what = random.nextInt(100);
        if (random.nextInt(swarm.crashEvery) == 0) {
            if (random.nextBoolean()) {
                machine.killAt(1 + random.nextInt(60));
            } else {
                crash(random.nextBoolean());
            }
        } else if (what < 35) {
            Sent deposit =
                    new Sent("tx-" + sent.size(), "a" + random.nextInt(swarm.accounts), 1 + random.nextLong(10_000));
            sent.add(deposit);
            byId.put(deposit.id, deposit);
            send(deposit);
        } else if (what < 40 && !sent.isEmpty()) {
            send(sent.get(random.nextInt(sent.size()))); // an impatient client, perhaps of one that was answered
        } else if (what < 45) {
            promise();
        } else if (random.nextInt(swarm.failEvery) == 0) {
            account("a" + random.nextInt(swarm.accounts)).ask(new SimulatedAccount.Fail());
        } else if (what < 80) {
            int count = random.nextInt(1, 30);
            for (int i = 0; i < count && turns.runOne(); i++) {
                outcome.events++;
            }
        } else if (what < 92) {
            machine.force(random.nextInt(swarm.laneCount));
        } else if (what < 95) {
            snapshots.flush();
        } else if (what < 97) {
            machine.turns(true);
        } else {
            turns.tick();
        }
    }

    /** Asks an account to deposit later; until it has said yes, it may or may not. */
    private void promise() {
        Sent deposit =
                new Sent("later-" + sent.size(), "a" + random.nextInt(swarm.accounts), 1 + random.nextLong(10_000));
        long delayMs = random.nextLong(1, 3_000);
        deposit.dueMs = clock.epochMs() + delayMs;
        sent.add(deposit);
        byId.put(deposit.id, deposit);
        deposit.promised = account(deposit.account)
                .ask(new SimulatedAccount.DepositLater(deposit.id, deposit.cents, delayMs))
                .toCompletableFuture();
    }

    private EntityRef account(String id) {
        ActorSystem running = system;
        if (running == null) {
            throw new IllegalStateException("node is down");
        }
        return running.entity(SimulatedAccount.class, id);
    }

    private void send(Sent deposit) {
        if (system != null && deposit.dueMs == 0) {
            deposit.pending = account(deposit.account)
                    .ask(new Deposit(deposit.id, deposit.cents))
                    .toCompletableFuture();
        }
    }

    /** Takes the answers that have arrived. What a dead process would still say counts for nothing. */
    private void collect() {
        if (machine.isKilled()) {
            return;
        }
        if (outcome.hookViolation != null) {
            throw outcome.hookViolation;
        }
        for (Sent deposit : sent) {
            CompletableFuture<Done> promised = deposit.promised;
            if (promised != null && promised.isDone()) {
                deposit.promised = null;
                deposit.isPromised = !promised.isCompletedExceptionally();
                note(deposit.isPromised ? 1 : 0);
            }
            CompletableFuture<Balance> pending = deposit.pending;
            if (pending != null && pending.isDone()) {
                deposit.pending = null;
                if (!pending.isCompletedExceptionally()) {
                    Balance answer = pending.join();
                    require(
                            deposit.answer == null || deposit.answer.equals(answer),
                            "deposit was answered in two ways: id=" + deposit.id + ", first=" + deposit.answer
                                    + ", then=" + answer);
                    deposit.answer = answer;
                    deposit.acknowledged = true;
                    outcome.appends++;
                    note(answer.cents());
                }
            }
        }
    }

    private void open() {
        boolean mayDie = random.nextInt(8) == 0;
        if (mayDie) {
            machine.killAt(1 + random.nextInt(25));
        }
        try {
            ChronicleJournal opened = machine.start(index);
            machine.spare();
            turns = SeededTurns.of(random.nextLong());
            ActorSystem running = ActorSystem.builder()
                    .journal(opened)
                    .snapshots(snapshots)
                    .index(index)
                    .codec(RecordCodec.of())
                    .clock(clock)
                    .turns(turns)
                    .random(new SplittableRandom(random.nextLong()))
                    .passivationHeapShare(1)
                    .activeEntityLimit(swarm.activeMax)
                    .snapshotPolicy(SnapshotPolicy.every(swarm.snapshotEvery))
                    .build();
            running.register(new SimulatedAccount(
                    new SimulatedAccount.Manners(swarm.restartsMax, 5, swarm.passivateMs), outcome));
            system = running;
            journal = opened;
            checkStored();
        } catch (JournalException e) {
            require(machine.failedForces() > outcome.failedForces, "journal refuses to open: " + e.getMessage());
            outcome.failedForces = machine.failedForces();
            restart();
        } catch (Error e) {
            if (!machine.isKilled()) {
                throw e;
            }
            restart();
        }
    }

    private void restart() {
        try {
            crash(random.nextInt(3) == 0);
        } catch (IOException e) {
            throw new Violation("machine is broken", e);
        }
    }

    /** Reads the journal itself, and then asks every account. */
    private void checkStored() {
        ChronicleJournal opened = journal;
        if (opened == null) {
            return;
        }
        Map<String, Balance> balances = new HashMap<>();
        Map<String, Integer> counts = new HashMap<>();
        RecordCodec codec = RecordCodec.of(Deposited.class);
        for (int lane = 0; lane < opened.laneCount(); lane++) {
            opened.read(lane, 0, Long.MAX_VALUE, event -> {
                String id = RecordMetadata.findText(event.metadata(), RecordMetadata.COMMAND_ID);
                Sent deposit = byId.get(String.valueOf(id));
                if (deposit == null) {
                    throw new Violation("event of nobody's deposit: id=" + id, null);
                }
                Deposited stored = (Deposited) codec.decode(event.type(), event.payload());
                require(
                        event.timestampMs() >= deposit.dueMs,
                        "timer has fired early: id=" + id + ", early=" + (deposit.dueMs - event.timestampMs()) + " ms");
                require(stored.cents() == deposit.cents, "deposit has another amount: id=" + id);
                require(
                        event.persistenceId().entityId().equals(deposit.account),
                        "deposit is on another account: id=" + id);
                Balance before = balances.getOrDefault(deposit.account, new Balance(0, 0));
                Balance after = new Balance(before.cents() + deposit.cents, before.transactions() + 1);
                require(
                        event.sequenceNumber() == after.transactions(),
                        "numbers have a gap: id=" + id + ", sequenceNumber=" + event.sequenceNumber());
                require(
                        deposit.answer == null || deposit.answer.equals(after),
                        "answer is not the balance behind the deposit: id=" + id + ", answer=" + deposit.answer
                                + ", stored=" + after);
                balances.put(deposit.account, after);
                counts.merge(deposit.id, 1, Integer::sum);
            });
        }
        this.stored = counts.keySet();
        for (Sent deposit : sent) {
            int count = counts.getOrDefault(deposit.id, 0);
            require(count <= 1, "deposit is there twice: id=" + deposit.id);
            require(count == 1 || !deposit.acknowledged, "acknowledged deposit is lost: id=" + deposit.id);
        }
        askAll(balances);
    }

    private void askAll(Map<String, Balance> balances) {
        ActorSystem running = system;
        if (running == null) {
            return;
        }
        Map<String, CompletableFuture<Balance>> answers = new HashMap<>();
        balances.keySet()
                .forEach(account -> answers.put(
                        account,
                        running.entity(SimulatedAccount.class, account)
                                .ask(new GetBalance())
                                .toCompletableFuture()));
        turns.runUntilIdle();
        answers.forEach((account, answer) -> {
            require(answer.isDone(), "account does not answer: account=" + account);
            Balance said = answer.join();
            require(
                    said.equals(balances.get(account)),
                    "account is not the sum of its events: account=" + account + ", says=" + said + ", events="
                            + balances.get(account));
            note(said.cents());
        });
    }

    private void crash(boolean powerCut) throws IOException {
        outcome.crashes++;
        outcome.powerCuts += powerCut ? 1 : 0;
        system = null;
        journal = null;
        sent.forEach(deposit -> {
            deposit.pending = null;
            deposit.promised = null;
        });
        if (powerCut) {
            machine.cutPower();
        } else {
            machine.kill();
        }
        snapshots = snapshots.crash(powerCut ? Durability.POWER_LOSS : Durability.PROCESS_CRASH);
        index = index.crash();
        note(outcome.crashes);
    }

    private void note(long fact) {
        trace.update(ByteBuffer.allocate(8).putLong(0, fact));
    }

    private static void require(boolean condition, String what) {
        if (!condition) {
            throw new Violation(what, null);
        }
    }
}
