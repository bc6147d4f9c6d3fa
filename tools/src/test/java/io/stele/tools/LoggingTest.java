package io.stele.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Scope;
import io.stele.Stele;
import io.stele.admin.AdminServer;
import io.stele.admin.LogControl.LogLine;
import io.stele.admin.LogControl.LoggerLevel;
import io.stele.runtime.ActorRef;
import io.stele.runtime.ActorSystem;
import io.stele.spi.Clock;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.MDC;

/** What the distribution logs, where to, and how that is changed while it runs. */
final class LoggingTest {
    private static final String TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
    private final LoggerContext context = new LoggerContext();
    private final Logger logger = context.getLogger("io.stele.test");

    LoggingTest() {
        context.setMDCAdapter(new LogbackMDCAdapter());
    }

    @AfterEach
    void close() {
        context.stop();
    }

    private void configure(String resource, Map<String, String> properties) throws Exception {
        context.reset();
        properties.forEach(context::putProperty);
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        URL url = Objects.requireNonNull(LoggingTest.class.getResource(resource), resource);
        configurator.doConfigure(url);
    }

    private static void eventually(String what, BooleanSupplier condition) {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadlineNs);
            LockSupport.parkNanos(5_000_000);
        }
    }

    @Test
    void shouldWriteALineOfJsonForEachEvent(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("stele.jsonl");
        configure("logback-json.xml", Map.of("stele.log.file", file.toString(), "stele.node", "north"));

        context.getMDCAdapter().put("trace_id", TRACE_ID);
        logger.atInfo()
                .addKeyValue("lane", 3)
                .setCause(new IllegalStateException("boom"))
                .log("lane is full\nreally");
        logger.debug("not told");
        context.stop();

        List<String> lines = Files.readAllLines(file);
        assertThat(lines).hasSize(1);
        Map<String, String> leaves = JsonReader.leaves(JsonReader.read(lines.get(0)));
        assertThat(leaves)
                .as(lines.get(0))
                .containsEntry("level", "\"INFO\"")
                .containsEntry("loggerName", "\"io.stele.test\"")
                .containsEntry("formattedMessage", "\"lane is full\\u000areally\"")
                .containsEntry("context.name", "\"north\"")
                .containsEntry("mdc.trace_id", "\"" + TRACE_ID + "\"");
        assertThat(lines.get(0)).contains("\"lane\"").contains("boom");
    }

    @Test
    void shouldBeginAnotherFileWhenOneIsFull(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("stele.jsonl");
        configure("logback-json.xml", Map.of("stele.log.file", file.toString(), "stele.log.size", "2KB"));

        eventually("there is a second file", () -> {
            logger.info("a line that fills the file");
            try (Stream<Path> files = Files.list(directory)) {
                return files.anyMatch(path -> path.toString().endsWith(".gz"));
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });

        assertThat(file).exists();
    }

    @Test
    void shouldSetALevelBackWhenItsTimeIsOver() {
        try (LogbackControl control = new LogbackControl(context, Clock.system())) {
            logger.setLevel(Level.WARN);

            control.level("io.stele.test", "TRACE", Duration.ofHours(1));
            control.level("io.stele.test", "debug", Duration.ofMillis(50));

            eventually("it is as before the first", () -> logger.getLevel() == Level.WARN);
            control.level("io.stele.test", "ERROR", Duration.ofMillis(50));
            control.level("io.stele.test", "INFO", Duration.ZERO);
            control.level("io.stele.other", "INFO", Duration.ofMillis(1));
            eventually(
                    "another one's time is over",
                    () -> context.getLogger("io.stele.other").getLevel() == null);
            assertThat(logger.getLevel()).as("for good").isEqualTo(Level.INFO);
        }
    }

    @Test
    @SuppressWarnings("try") // a scope is there to be open
    void shouldSayWhichTraceAHandlerBelongsTo() throws Exception {
        SpanContext request =
                SpanContext.create(TRACE_ID, "b7ad6b7169203331", TraceFlags.getSampled(), TraceState.getDefault());
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        try (ActorSystem system =
                ActorSystem.builder().tracing(OpenTelemetry.noop()).build()) {
            ActorRef<String> actor = system.spawn(
                    "reader", () -> (message, context) -> seen.add(MDC.get("actor") + " " + MDC.get("trace_id")));
            try (Scope scope = Span.wrap(request).makeCurrent()) {
                actor.tell("traced");
            }
            assertThat(seen.poll(30, TimeUnit.SECONDS)).isEqualTo("/reader " + TRACE_ID);
            actor.tell("not traced");
            assertThat(seen.poll(30, TimeUnit.SECONDS)).isEqualTo("null null");
        }
    }

    @Test
    void shouldSayWhatLoggersThereAre() {
        try (LogbackControl control = new LogbackControl(context, Clock.system())) {
            control.level("io.stele.test", "DEBUG", Duration.ofHours(1));

            assertThat(control.levels(2)).hasSize(2);
            LoggerLevel own = control.levels(100).stream()
                    .filter(level -> level.name().equals("io.stele.test"))
                    .findFirst()
                    .orElseThrow();
            assertThat(own.level()).isEqualTo("DEBUG");
            assertThat(own.isOwn()).isTrue();
            assertThat(own.expiresMs()).isGreaterThan(System.currentTimeMillis());
            assertThatThrownBy(() -> control.level("io.stele.test", "LOUD", Duration.ZERO))
                    .hasMessageContaining("level=LOUD")
                    .hasMessageContaining("nothing was changed");
            assertThat(logger.getLevel()).isEqualTo(Level.DEBUG);
        }
        assertThat(logger.getLevel()).as("closed, so as before").isNull();
    }

    @Test
    void shouldShowWhatIsLoggedToWhoeverAsks() throws Exception {
        List<LogLine> lines = new ArrayList<>();
        try (LogbackControl control = new LogbackControl(context, Clock.system())) {
            AutoCloseable subscription = control.subscribe(lines::add);
            logger.atWarn()
                    .addKeyValue("lane", 3)
                    .setCause(new IllegalStateException("boom"))
                    .log("lane is full");
            subscription.close();
            logger.warn("nobody listens");
        }

        assertThat(lines).singleElement().satisfies(line -> {
            assertThat(line.message()).isEqualTo("lane is full lane=3");
            assertThat(line.level()).isEqualTo("WARN");
            assertThat(line.logger()).isEqualTo("io.stele.test");
            assertThat(line.failure()).contains("IllegalStateException: boom");
        });
    }

    @Test
    void shouldChangeALevelFromTheCommandLine(@TempDir Path data) {
        try (LogbackControl control = new LogbackControl(context, Clock.system());
                ActorSystem system = Stele.open(data);
                AdminServer admin = AdminServer.builder(system).log(control).start()) {
            Screens screens = new Screens();

            int exitCode = screens.run(
                    "log",
                    "level",
                    "io.stele.test",
                    "debug",
                    "--for",
                    "10m",
                    "--url",
                    admin.url().toString());

            assertThat(exitCode).as(screens.err()).isEqualTo(ExitCode.DONE);
            assertThat(screens.out()).contains("level\tDEBUG", "forSeconds\t600");
            assertThat(logger.getLevel()).isEqualTo(Level.DEBUG);

            Screens stranger = new Screens();
            assertThat(stranger.run("log", "level", "io.stele.test", "TRACE", "--url", admin.base() + "/?token=wrong"))
                    .isEqualTo(ExitCode.UNREACHABLE);
            assertThat(stranger.err()).contains("S705").contains("status=401");
            assertThat(logger.getLevel()).isEqualTo(Level.DEBUG);

            Screens fromEnvironment =
                    new Screens().with("STELE_TOKEN", admin.url().getQuery().substring("token=".length()));
            assertThat(fromEnvironment.run("log", "level", "io.stele.test", "ERROR", "--url", admin.base()))
                    .isEqualTo(ExitCode.DONE);
            assertThat(logger.getLevel()).isEqualTo(Level.ERROR);
        }
    }

    @Test
    void shouldSayWhatIsWrongWithACommand() {
        assertWrong("no such level", "log", "level", "a", "LOUD", "--url", "http://127.0.0.1:1/");
        assertWrong("from 1s to 7d", "log", "level", "a", "INFO", "--for", "8d", "--url", "http://127.0.0.1:1/");
        assertWrong("from 1s to 7d", "log", "level", "a", "INFO", "--for", "soon", "--url", "http://127.0.0.1:1/");
        assertWrong("not understood", "log", "level", "a", "INFO", "--url", "ftp://x");
        assertWrong("stele log level", "log");
        Screens nobody = new Screens();
        assertThat(nobody.run("log", "level", "a", "INFO", "--url", "http://127.0.0.1:1/"))
                .isEqualTo(ExitCode.UNREACHABLE);
        assertThat(nobody.err()).contains("cannot be reached").contains("S705");
    }

    private static void assertWrong(String sentence, String... args) {
        Screens screens = new Screens();
        assertThat(screens.run(args)).as(screens.err()).isEqualTo(ExitCode.WRONG_USAGE);
        assertThat(screens.err()).contains(sentence);
    }
}
