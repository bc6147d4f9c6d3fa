package io.stele.it;

import com.sun.management.ThreadMXBean;
import io.stele.Stele;
import io.stele.runtime.Actor;
import io.stele.runtime.ActorRef;
import io.stele.runtime.ActorSystem;
import io.stele.runtime.Command;
import io.stele.runtime.CommandHandlers;
import io.stele.runtime.Context;
import io.stele.runtime.EntityRef;
import io.stele.runtime.EventHandlers;
import io.stele.runtime.PersistentActor;
import io.stele.spi.Durability;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A process that counts what all of its threads allocate on the heap per operation. Prints lines {@code WHAT BYTES}:
 *
 * <pre>
 *   persist-POWER_LOSS, persist-PROCESS_CRASH    a command, an event and a reply that were made before; asks and their futures are on
 *                                                the thread that asks, which is not counted
 *   tell                                         a message to a plain actor
 *   ask                                          a question to a plain actor and its answer, with everything that belongs to it
 * </pre>
 */
final class AllocationNode {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final int ROUNDS = 20;
    private static final int OUTSTANDING = 200;
    private static final long PAUSE_NS = 20_000;

    private AllocationNode() {}

    /** Stores an event that is there already: what is counted is what the way takes. */
    private static final class Till extends PersistentActor<Till.Paid, Till.Sum> {
        private static final Paid PAID = new Paid(1, new byte[92]);
        private static final Sum SUM = new Sum(0);
        private static final Pay PAY = new Pay();

        record Pay() implements Command<Sum> {}

        @SuppressWarnings("ArrayRecordComponent") // never compared
        record Paid(long cents, byte[] filler) {}

        record Sum(long cents) {}

        private final Durability tier;

        Till(Durability tier) {
            super("till");
            this.tier = tier;
        }

        @Override
        protected Sum initialState() {
            return SUM;
        }

        @Override
        protected void commands(CommandHandlers<Paid, Sum> on) {
            on.on(Pay.class, (sum, pay) -> persist(PAID).thenReply(after -> after));
        }

        @Override
        protected void events(EventHandlers<Paid, Sum> on) {
            on.on(Paid.class, (sum, paid) -> sum);
        }

        @Override
        protected Durability durability() {
            return tier;
        }

        @Override
        protected int snapshotEvery() {
            return 0;
        }
    }

    private record Question(ActorRef<Object> replyTo) {}

    public static void main(String[] args) {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        int count = Integer.parseInt(args[1]);
        for (Durability tier : Durability.values()) {
            try (ActorSystem system = Stele.builder(Path.of(args[0]).resolve(tier.name()))
                    .register(new Till(tier))
                    .open()) {
                EntityRef till = system.entity(Till.class, "one");
                print(out, "persist-" + tier, least(() -> persist(till, count), count, false));
            }
        }
        try (ActorSystem system = ActorSystem.builder().build()) {
            AtomicLong handled = new AtomicLong();
            Actor<Object> counter = (Object message, Context<Object> context) -> handled.lazySet(handled.get() + 1);
            ActorRef<Object> counting = system.spawn(() -> counter);
            print(out, "tell", least(() -> tell(counting, handled, 10 * count), 10 * count, true));
            Object answer = new Object();
            Actor<Question> echo = (Question question, Context<Question> context) ->
                    question.replyTo().tell(answer);
            ActorRef<Question> answering = system.spawn(() -> echo);
            print(out, "ask", least(() -> ask(answering, count), count, true));
        }
        out.println("done");
    }

    private static void print(PrintStream out, String what, double bytes) {
        out.println(what + String.format(Locale.ROOT, " %.2f", bytes));
    }

    private static void persist(EntityRef till, int count) {
        Semaphore permits = new Semaphore(OUTSTANDING);
        for (int i = 0; i < count; i++) {
            permits.acquireUninterruptibly();
            var unused = till.ask(Till.PAY).whenComplete((sum, failure) -> {
                if (failure == null) {
                    permits.release();
                } else {
                    failure.printStackTrace();
                }
            });
        }
        permits.acquireUninterruptibly(OUTSTANDING);
    }

    private static void tell(ActorRef<Object> actor, AtomicLong handled, int count) {
        Object message = new Object();
        long target = handled.get() + count;
        for (int i = 0; i < count; i++) {
            while (!actor.tell(message)) {
                LockSupport.parkNanos(PAUSE_NS);
            }
        }
        while (handled.get() < target) {
            LockSupport.parkNanos(PAUSE_NS);
        }
    }

    private static void ask(ActorRef<Question> actor, int count) {
        for (int i = 0; i < count; i++) {
            actor.<Object>ask(Question::new, TIMEOUT).toCompletableFuture().join();
        }
    }

    /** Returns the bytes per operation of the round that took fewest: others are what compilers and first uses add. */
    private static double least(Runnable round, int count, boolean own) {
        double least = Double.MAX_VALUE;
        for (int i = 0; i < ROUNDS; i++) {
            long before = allocated(own);
            round.run();
            least = Math.min(least, (double) (allocated(own) - before) / count);
        }
        return least;
    }

    private static long allocated(boolean own) {
        long sum = 0;
        long self = Thread.currentThread().getId();
        for (long id : THREADS.getAllThreadIds()) {
            if (own || id != self) {
                sum += Math.max(0, THREADS.getThreadAllocatedBytes(id));
            }
        }
        return sum;
    }
}
