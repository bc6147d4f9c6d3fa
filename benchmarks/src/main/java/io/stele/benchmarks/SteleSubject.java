package io.stele.benchmarks;

import io.stele.Stele;
import io.stele.load.Load;
import io.stele.load.Subject;
import io.stele.runtime.ActorRef;
import io.stele.runtime.ActorSystem;
import io.stele.runtime.EntityRef;
import io.stele.spi.Durability;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** Stele, as the loads see it. */
public final class SteleSubject implements Subject {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Object MESSAGE = new byte[100];

    private @Nullable ActorSystem system;

    /** Asks for an answer. */
    record Question(ActorRef<Object> replyTo) {}

    /** Says that the other one may go on. */
    record Ball(ActorRef<Ball> from) {}

    private SteleSubject() {}

    /** Runs one load: see {@link Load#main}. */
    public static void main(String... arguments) throws IOException, InterruptedException {
        Quiet.chronicle();
        Load.main(SteleSubject::new, arguments);
        System.exit(0);
    }

    private ActorSystem system() {
        ActorSystem opened = ActorSystem.builder().build();
        system = opened;
        return opened;
    }

    private ActorSystem shared() {
        ActorSystem opened = system;
        return opened == null ? system() : opened;
    }

    @Override
    public Sender counters(List<Runnable> onMessage) {
        List<ActorRef<Object>> actors = new ArrayList<>(onMessage.size());
        for (Runnable own : onMessage) {
            actors.add(shared().spawn(() -> (message, context) -> own.run()));
        }
        return actor -> actors.get(actor).tell(MESSAGE);
    }

    @Override
    public void pingPong(int pairs, Runnable onRoundTrip) {
        for (int i = 0; i < pairs; i++) {
            ActorRef<Ball> pong =
                    shared().spawn(() -> (ball, context) -> ball.from().tell(ball));
            ActorRef<Ball> ping = shared().spawn(() -> (ball, context) -> {
                onRoundTrip.run();
                pong.tell(ball);
            });
            ping.tell(new Ball(ping));
        }
    }

    @Override
    public Caller echo() {
        ActorRef<Question> echo =
                shared().spawn(() -> (question, context) -> question.replyTo().tell(MESSAGE));
        return new Caller() {
            @Override
            public void call(int actor, Runnable onReply) {
                var unused = echo.<Object>ask(Question::new, TIMEOUT).whenComplete((reply, failure) -> onReply.run());
            }

            @Override
            public void callAndWait(int actor) {
                echo.<Object>ask(Question::new, TIMEOUT).toCompletableFuture().join();
            }
        };
    }

    @Override
    public void spawn(int count, Runnable onStarted) {
        ActorRef<Integer> parent = shared().spawn(() -> (wanted, context) -> {
            for (int i = 0; i < wanted; i++) {
                context.<Object>spawn(() -> {
                    onStarted.run();
                    return (message, own) -> {};
                });
            }
        });
        parent.tell(count);
    }

    @Override
    public Caller accounts(int count, Storage storage, Path directory) {
        Durability tier = switch (storage) {
            case MEMORY, PROCESS_CRASH -> Durability.PROCESS_CRASH;
            case POWER_LOSS, POWER_LOSS_PIPELINED -> Durability.POWER_LOSS;
        };
        ActorSystem opened =
                Stele.builder(directory).register(new Counter(tier)).open();
        system = opened;
        EntityRef[] accounts = new EntityRef[count];
        for (int i = 0; i < count; i++) {
            accounts[i] = opened.entity(Counter.class, Counter.name(i));
        }
        return new Caller() {
            @Override
            public void call(int actor, Runnable onReply) {
                var unused = accounts[actor].ask(Counter.add()).whenComplete((reply, failure) -> {
                    if (failure == null) { // a refusal is no reply, and would look fast
                        onReply.run();
                    }
                });
            }

            @Override
            public void callAndWait(int actor) {
                accounts[actor].ask(Counter.add()).toCompletableFuture().join();
            }
        };
    }

    @Override
    public void fill(int actors, int events, Path directory) throws InterruptedException {
        ActorSystem opened = Stele.builder(directory)
                .register(new Counter(Durability.PROCESS_CRASH))
                .open();
        system = opened;
        Semaphore outstanding = new Semaphore(Counter.OUTSTANDING);
        for (int event = 0; event < events; event++) {
            for (int i = 0; i < actors; i++) {
                outstanding.acquire();
                var unused = opened.entity(Counter.class, account(i))
                        .ask(Counter.add())
                        .whenComplete((reply, failure) -> outstanding.release());
            }
        }
        outstanding.acquire(Counter.OUTSTANDING);
    }

    @Override
    public Returning returning(int actors, Path directory) {
        ActorSystem opened = Stele.builder(directory)
                .register(new Counter(Durability.PROCESS_CRASH))
                .open();
        system = opened;
        return new Returning() {
            @Override
            public long askAll() {
                List<CompletableFuture<Counter.Total>> replies = new ArrayList<>(actors);
                for (int i = 0; i < actors; i++) {
                    replies.add(opened.entity(Counter.class, account(i))
                            .ask(new Counter.GetAndLeave())
                            .toCompletableFuture());
                }
                return replies.stream().mapToLong(reply -> reply.join().count()).sum();
            }

            @Override
            public void awaitGone() {
                while (opened.activeEntityCount() > 0) {
                    Thread.onSpinWait();
                }
            }
        };
    }

    private static String account(int index) {
        return String.format("a%05d", index);
    }

    @Override
    public void close() {
        ActorSystem opened = system;
        system = null;
        if (opened != null) {
            opened.close();
        }
    }
}
