package io.stele.it;

import io.stele.examples.BankAccount;
import io.stele.examples.BankAccount.Deposit;
import io.stele.runtime.ActorSystem;
import io.stele.runtime.ActorSystemClosedException;
import io.stele.runtime.ShutdownPhase;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A process whose threads pay into accounts as fast as they can, until somebody ends it. Prints {@code ok ACCOUNT} for what is acknowledged,
 * {@code failed …} for what fails otherwise than because the system is closed, and in the end {@code sent N answered M}.
 */
final class TermNode {
    static final int ACCOUNTS = 16;
    private static final int THREADS = 3;
    private static final int OUTSTANDING = 400;

    private static final AtomicLong SENT = new AtomicLong();
    private static final AtomicLong ANSWERED = new AtomicLong();

    private TermNode() {}

    public static void main(String[] args) throws Exception {
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        ActorSystem system = Node.open(Path.of(args[0]));
        List<Thread> payers = new ArrayList<>();
        Semaphore permits = new Semaphore(OUTSTANDING);
        for (int i = 0; i < THREADS; i++) {
            int first = i;
            payers.add(new Thread(() -> pay(system, first, permits, out)));
        }
        system.shutdown().add(ShutdownPhase.AFTER, "report", () -> {
            for (Thread payer : payers) {
                payer.join();
            }
            out.println("sent " + SENT + " answered " + ANSWERED);
            out.flush();
        });
        out.println("ready");
        out.flush();
        payers.forEach(Thread::start);
        for (Thread payer : payers) {
            payer.join();
        }
    }

    private static void pay(ActorSystem system, int first, Semaphore permits, PrintStream out) {
        AtomicBoolean closed = new AtomicBoolean();
        for (int i = first; !closed.get(); i++) {
            String account = "a" + i % ACCOUNTS;
            permits.acquireUninterruptibly();
            SENT.incrementAndGet();
            system.entity(BankAccount.class, account).ask(new Deposit(null, 1)).whenComplete((balance, failure) -> {
                ANSWERED.incrementAndGet();
                permits.release();
                if (failure == null) {
                    out.println("ok " + account);
                } else if (failure instanceof ActorSystemClosedException) {
                    closed.set(true);
                } else {
                    out.println("failed " + failure);
                }
            });
        }
    }
}
