package io.stele.load.pekko;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.stele.load.Load;
import io.stele.load.Subject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.apache.pekko.actor.Props;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.jspecify.annotations.Nullable;

/**
 * Apache Pekko, as the loads see it, with the settings that its documentation names for speed: a fork-join dispatcher with one thread per
 * processor and a throughput of 100, events serialised by hand, LevelDB's native library.
 */
public final class PekkoSubject implements Subject {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Object MESSAGE = new byte[100];
    private static final int OUTSTANDING = 1_000;

    private @Nullable ActorSystem<Task> system;

    /** Something that the guardian does, since it alone may spawn. */
    @FunctionalInterface
    interface Task extends Consumer<ActorContext<Task>> {}

    /** Asks for an answer. */
    record Question(ActorRef<Object> replyTo) {}

    /** Says that the other one may go on. */
    record Ball(ActorRef<Object> from) {}

    private PekkoSubject() {}

    /** Runs one load: see {@link Load#main}. */
    public static void main(String... arguments) throws IOException, InterruptedException {
        Load.main(PekkoSubject::new, arguments);
        Runtime.getRuntime().halt(0); // Pekko's own shutdown takes seconds
    }

    private static Config config(String more) {
        int processors = Runtime.getRuntime().availableProcessors();
        return ConfigFactory.parseString(more + """
                pekko { loglevel = ERROR, stdout-loglevel = ERROR, log-dead-letters = off
                  persistence.typed.log-stashing = off
                  actor { provider = local
                    serializers.deposited = "io.stele.load.pekko.DepositedSerializer"
                    serialization-bindings { "io.stele.load.pekko.Account$Deposited" = deposited }
                    default-dispatcher { throughput = 100, executor = fork-join-executor
                      fork-join-executor { parallelism-min = %d, parallelism-factor = 1.0, parallelism-max = %d } } } }
                """.formatted(processors, processors))
                .withFallback(ConfigFactory.load());
    }

    private ActorSystem<Task> start(String more) {
        Behavior<Task> guardian = Behaviors.setup(context -> Behaviors.receiveMessage(task -> {
            task.accept(context);
            return Behaviors.same();
        }));
        ActorSystem<Task> started = ActorSystem.create(guardian, "pekko", config(more));
        system = started;
        return started;
    }

    private ActorSystem<Task> shared() {
        ActorSystem<Task> started = system;
        return started == null ? start("") : started;
    }

    private <T> T inGuardian(Function<ActorContext<Task>, T> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        shared().tell(context -> result.complete(work.apply(context)));
        return result.join();
    }

    @Override
    public Sender counters(List<Runnable> onMessage) {
        List<ActorRef<Object>> actors = inGuardian(context -> {
            List<ActorRef<Object>> refs = new ArrayList<>(onMessage.size());
            for (Runnable own : onMessage) {
                refs.add(context.spawnAnonymous(Behaviors.receiveMessage(message -> {
                    own.run();
                    return Behaviors.same();
                })));
            }
            return refs;
        });
        return actor -> {
            actors.get(actor).tell(MESSAGE);
            return true;
        };
    }

    @Override
    public void pingPong(int pairs, Runnable onRoundTrip) {
        inGuardian(context -> {
            for (int i = 0; i < pairs; i++) {
                ActorRef<Ball> pong = context.spawnAnonymous(Behaviors.receiveMessage(ball -> {
                    ball.from().tell(MESSAGE);
                    return Behaviors.same();
                }));
                ActorRef<Object> ping = context.spawnAnonymous(Behaviors.setup(own -> {
                    Ball ball = new Ball(own.getSelf());
                    return Behaviors.receiveMessage(message -> {
                        onRoundTrip.run();
                        pong.tell(ball);
                        return Behaviors.same();
                    });
                }));
                ping.tell(MESSAGE);
            }
            return true;
        });
    }

    @Override
    public Caller echo() {
        ActorRef<Question> echo = inGuardian(context -> context.spawnAnonymous(Behaviors.receiveMessage(question -> {
            question.replyTo().tell(MESSAGE);
            return Behaviors.same();
        })));
        ActorSystem<Task> started = shared();
        Executor executor = started.executionContext(); // without one, each reply costs a hop to the common pool
        return new Caller() {
            @Override
            public void call(int actor, Runnable onReply) {
                AskPattern.<Question, Object>ask(echo, Question::new, TIMEOUT, started.scheduler())
                        .whenCompleteAsync((reply, failure) -> onReply.run(), executor);
            }

            @Override
            public void callAndWait(int actor) {
                AskPattern.<Question, Object>ask(echo, Question::new, TIMEOUT, started.scheduler())
                        .toCompletableFuture()
                        .join();
            }
        };
    }

    @Override
    public void spawn(int count, Runnable onStarted) {
        inGuardian(context -> context.spawnAnonymous(Behaviors.<Object>setup(parent -> {
            for (int i = 0; i < count; i++) {
                parent.spawnAnonymous(Behaviors.<Object>setup(own -> {
                    onStarted.run();
                    return Behaviors.receiveMessage(message -> Behaviors.same());
                }));
            }
            return Behaviors.empty();
        })));
    }

    @Override
    public Caller accounts(int count, Storage storage, Path directory) {
        start(journal(storage, directory));
        boolean pipelined = storage == Storage.POWER_LOSS_PIPELINED;
        IntFunction<ActorRef<Account.Deposit>> create = pipelined
                ? i -> pipelined("a" + i)
                : i -> inGuardian(context -> context.spawn(new Account("a" + i), "a" + i));
        List<ActorRef<Account.Deposit>> accounts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            accounts.add(create.apply(i));
        }
        ActorRef<Account.Deposit> replies =
                inGuardian(context -> context.spawnAnonymous(Behaviors.receiveMessage(deposit -> {
                    deposit.onReply().run();
                    return Behaviors.same();
                })));
        return new Caller() {
            @Override
            public void call(int actor, Runnable onReply) {
                accounts.get(actor).tell(new Account.Deposit(1, onReply, replies));
            }

            @Override
            public void callAndWait(int actor) {
                CountDownLatch done = new CountDownLatch(1);
                call(actor, done::countDown);
                try {
                    done.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        };
    }

    /** Its LevelDB in pure Java gives events back several times faster than the native one, so that is what this is compared with. */
    private static String fastestToReplay(Path directory) {
        return """
                pekko.persistence { max-concurrent-recoveries = 1000
                  snapshot-store.plugin = pekko.persistence.snapshot-store.local
                  snapshot-store.local.dir = "%s"
                  journal-plugin-fallback.recovery-event-timeout = 120s
                  journal { plugin = pekko.persistence.journal.leveldb
                    leveldb { native = off, fsync = off, dir = "%s" } } }
                """.formatted(directory.resolve("snapshots"), directory.resolve("journal"));
    }

    @Override
    public void fill(int actors, int events, Path directory) throws InterruptedException {
        start(fastestToReplay(directory));
        Semaphore outstanding = new Semaphore(OUTSTANDING);
        ActorRef<Account.Deposit> replies =
                inGuardian(context -> context.spawnAnonymous(Behaviors.receiveMessage(deposit -> {
                    deposit.onReply().run();
                    return Behaviors.same();
                })));
        List<ActorRef<Account.Deposit>> accounts = new ArrayList<>();
        for (int i = 0; i < actors; i++) {
            accounts.add(pipelined(account(i)));
        }
        for (int event = 0; event < events; event++) {
            for (ActorRef<Account.Deposit> account : accounts) {
                outstanding.acquire();
                account.tell(new Account.Deposit(1, outstanding::release, replies));
            }
        }
        outstanding.acquire(OUTSTANDING);
    }

    @Override
    public Returning returning(int actors, Path directory) {
        start(fastestToReplay(directory));
        return new Returning() {
            private CountDownLatch gone = new CountDownLatch(0);

            @Override
            public long askAll() throws InterruptedException {
                CountDownLatch stopped = new CountDownLatch(actors);
                CountDownLatch replied = new CountDownLatch(actors);
                LongAdder sum = new LongAdder();
                gone = stopped;
                shared().tell(context -> {
                    ActorRef<Long> replies = context.spawnAnonymous(Behaviors.receiveMessage(count -> {
                        sum.add(count);
                        replied.countDown();
                        return replied.getCount() == 0 ? Behaviors.stopped() : Behaviors.same();
                    }));
                    for (int i = 0; i < actors; i++) {
                        context.spawnAnonymous(new Returned(account(i), stopped))
                                .tell(new Returned.Get(replies));
                    }
                });
                replied.await();
                return sum.sum();
            }

            @Override
            public void awaitGone() throws InterruptedException {
                gone.await();
            }
        };
    }

    /** Only the guardian may start a classic actor in a typed system. */
    private ActorRef<Account.Deposit> pipelined(String id) {
        Props props = Props.create(Account.Pipelined.class, () -> new Account.Pipelined(id));
        return inGuardian(context -> Adapter.toTyped(Adapter.actorOf(context, props, id)));
    }

    private static String account(int index) {
        return String.format("a%05d", index);
    }

    private static String journal(Storage storage, Path directory) {
        String snapshots = "pekko.persistence.snapshot-store.plugin = pekko.persistence.snapshot-store.local\n"
                + "pekko.persistence.snapshot-store.local.dir = \"" + directory.resolve("snapshots") + "\"\n";
        if (storage == Storage.MEMORY) {
            return snapshots + "pekko.persistence.journal.plugin = pekko.persistence.journal.inmem\n";
        }
        return snapshots + "pekko.persistence.journal { plugin = pekko.persistence.journal.leveldb\n"
                + "  leveldb { native = on, fsync = " + (storage == Storage.PROCESS_CRASH ? "off" : "on")
                + ", dir = \"" + directory.resolve("journal") + "\" } }\n";
    }

    @Override
    public void close() {
        ActorSystem<Task> started = system;
        system = null;
        if (started != null) {
            started.terminate();
            started.getWhenTerminated().toCompletableFuture().join();
        }
    }
}
