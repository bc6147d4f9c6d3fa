package io.stele.tools;

import static org.assertj.core.api.Assertions.assertThat;

import io.stele.Stele;
import io.stele.admin.AdminOptions;
import io.stele.admin.AdminServer;
import io.stele.runtime.ActorRef;
import io.stele.runtime.ActorSystem;
import io.stele.runtime.Command;
import io.stele.runtime.CommandHandlers;
import io.stele.runtime.Context;
import io.stele.runtime.Done;
import io.stele.runtime.EventHandlers;
import io.stele.runtime.PersistentActor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** timers of files, and dead-letters and timers of a system that runs, asked through its admin page. */
class LiveNodeTest {
    private static final String TOKEN = "a-token-for-this-test";

    @TempDir
    private Path directory;

    private Screens screens = new Screens();

    /** Wakes up some time. */
    static final class Alarm extends PersistentActor<Alarm.Rang, Alarm.Count> {
        record Set(long delayMs) implements Command<Long> {}

        record Ring(String tune) implements Command<Done> {}

        record Rang(String tune) {}

        record Count(long rings) {}

        Alarm() {
            super("alarm");
        }

        @Override
        protected Count initialState() {
            return new Count(0);
        }

        @Override
        protected void commands(CommandHandlers<Rang, Count> on) {
            on.on(
                    Set.class,
                    (count, set, context) -> none().startTimer("wake", Duration.ofMillis(set.delayMs()), new Ring("la"))
                            .thenReply(after -> set.delayMs()));
            on.on(Ring.class, (count, ring) -> persist(new Rang(ring.tune())));
        }

        @Override
        protected void events(EventHandlers<Rang, Count> on) {
            on.on(Rang.class, (count, rang) -> new Count(count.rings() + 1));
        }

        @Override
        protected List<Class<?>> storedTypes() {
            return List.of(Ring.class);
        }
    }

    private ActorSystem open() throws Exception {
        ActorSystem system = Stele.open(directory);
        for (String id : new String[] {"late", "early"}) {
            long unused = system.entity(Alarm.class, id)
                    .ask(new Alarm.Set(
                            Duration.ofHours(id.equals("late") ? 9 : 3).toMillis()))
                    .toCompletableFuture()
                    .get(30, TimeUnit.SECONDS);
        }
        return system;
    }

    private static AdminServer serve(ActorSystem system) {
        return AdminServer.builder(system)
                .options(AdminOptions.of().withToken(TOKEN))
                .start();
    }

    private int run(String... args) {
        return screens.run(args);
    }

    @Test
    void shouldListTimersFromFilesTheEarliestFirst() throws Exception {
        open().close();

        assertThat(run("timers", "-d", directory.toString(), "-o", "jsonl"))
                .as(screens.err())
                .isEqualTo(ExitCode.DONE);

        assertThat(screens.out().lines().toList()).hasSize(2).satisfies(lines -> {
            assertThat(lines.get(0)).contains("\"actor\":\"alarm/early\"", "\"name\":\"wake\"", "\"tune\":\"la\"");
            assertThat(lines.get(1)).contains("\"actor\":\"alarm/late\"");
        });
        screens = new Screens();
        assertThat(run("timers", "alarm/l*", "-d", directory.toString(), "-o", "table"))
                .isEqualTo(ExitCode.DONE);
        assertThat(screens.out()).contains("alarm/late", ", in 8h").doesNotContain("early");
    }

    @Test
    void shouldAskARunningSystemForItsTimers() throws Exception {
        try (ActorSystem system = open();
                AdminServer admin = serve(system)) {
            assertThat(run("timers", "--url", admin.url().toString(), "-o", "plain"))
                    .as(screens.err())
                    .isEqualTo(ExitCode.DONE);
            assertThat(screens.out().lines().map(line -> line.split("\t", -1)[1]))
                    .containsExactly("alarm/early", "alarm/late");
        }
    }

    @Test
    void shouldAskARunningSystemForItsDeadLetters() throws Exception {
        try (ActorSystem system = Stele.open(directory);
                AdminServer admin = serve(system)) {
            CountDownLatch go = new CountDownLatch(1);
            ActorRef<String> worker = system.spawn("worker", () -> (String unused, Context<String> context) -> {
                assertThat(go.await(30, TimeUnit.SECONDS)).isTrue();
                context.stop();
            });
            assertThat(worker.tell("stop")).isTrue();
            assertThat(worker.tell("too late\u001b[2J")).isTrue();
            go.countDown();
            system.whenTerminated(worker).toCompletableFuture().get(30, TimeUnit.SECONDS);
            long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (system.deadLetters().count() == 0 && System.nanoTime() < deadlineNs) {
                Thread.onSpinWait();
            }

            assertThat(run("dead-letters", admin.url().toString(), "--json"))
                    .as(screens.err())
                    .isEqualTo(ExitCode.DONE);
            assertThat(JsonReader.read(screens.out()))
                    .asInstanceOf(InstanceOfAssertFactories.MAP)
                    .containsEntry("schema", "stele.dead-letters/1")
                    .containsEntry("count", 1L)
                    .containsEntry("address", "http://127.0.0.1:" + admin.port());
            assertThat(screens.out())
                    .contains("worker", "\"type\":\"String\"", "too late")
                    .doesNotContain(TOKEN);

            screens = new Screens().with("STELE_TOKEN", TOKEN);
            assertThat(run("dead-letters", "http://127.0.0.1:" + admin.port(), "-o", "table"))
                    .isEqualTo(ExitCode.DONE);
            assertThat(screens.out()).contains("too late").doesNotContain("\u001b");
        }
    }

    @Test
    void shouldBeRefusedWithoutTheToken() throws Exception {
        try (ActorSystem system = Stele.open(directory);
                AdminServer admin = serve(system)) {
            assertThat(run("dead-letters", "http://127.0.0.1:" + admin.port())).isEqualTo(ExitCode.REFUSED);
            assertThat(run("dead-letters", "http://127.0.0.1:" + admin.port() + "/?token=another-token-than-it"))
                    .isEqualTo(ExitCode.REFUSED);
        }
        assertThat(screens.err())
                .contains("tokenGiven=false [S212]", "tokenGiven=true [S212]")
                .doesNotContain("another-token");
    }

    @Test
    void shouldSaySoIfNobodyAnswers() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }

        assertThat(run("dead-letters", "http://127.0.0.1:" + free)).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(run("timers", "--url", "http://127.0.0.1:" + free)).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(screens.err())
                .contains("running system does not answer as one does: address=http://127.0.0.1:" + free, "[S211]");
        for (String wrong : List.of("ftp://127.0.0.1", "127.0.0.1", "http:// a", "http://127.0.0.1/?token=a%0ab")) {
            assertThat(run("dead-letters", wrong)).as(wrong).isEqualTo(ExitCode.WRONG_USAGE);
        }
        assertThat(screens.out()).isEmpty();
    }
}
