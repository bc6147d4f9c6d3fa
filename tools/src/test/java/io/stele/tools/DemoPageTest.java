package io.stele.tools;

import static org.assertj.core.api.Assertions.assertThat;

import io.stele.Stele;
import io.stele.examples.BankAccount;
import io.stele.runtime.ActorSystem;
import io.stele.spi.Durability;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** {@code stele demo --ui} shows what the demo has written, and lets go of it when it is told to end. */
final class DemoPageTest {
    private static final Pattern URL = Pattern.compile("(http://\\S+)/\\?token=(\\S+)");

    @Test
    void shouldShowWhatTheDemoHasWrittenUntilItIsInterrupted(@TempDir Path data) throws Exception {
        try (ActorSystem system = Stele.builder(data)
                .register(new DemoAccount(Durability.PROCESS_CRASH))
                .open()) {
            system.entity(DemoAccount.class, "1")
                    .ask(new BankAccount.Deposit("a", 7))
                    .toCompletableFuture()
                    .get(60, TimeUnit.SECONDS);
        }
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream err = new PrintStream(printed, true, StandardCharsets.UTF_8);
        Console console = Console.of(err, err, new Properties(), Map.of());
        Thread shown = new Thread(() -> DemoPage.show(data, Durability.PROCESS_CRASH, console));
        shown.start();
        Matcher url = awaitUrl(printed);

        String state = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(url.group(1) + "/api/actor/state?id=bank-account/1"))
                                .header("Authorization", "Bearer " + url.group(2))
                                .build(),
                        BodyHandlers.ofString())
                .body();
        Screens level = new Screens();
        int changed = level.run("log", "level", "io.stele.demo", "DEBUG", "--for", "10m", "--url", url.group());
        boolean isDebug = LoggerFactory.getLogger("io.stele.demo").isDebugEnabled();
        shown.interrupt();
        shown.join(60_000);

        assertThat(state).contains("\"cents\":7");
        assertThat(shown.isAlive()).isFalse();
        assertThat(changed).as(level.err()).isEqualTo(ExitCode.DONE);
        assertThat(isDebug).isTrue();
        assertThat(LoggerFactory.getLogger("io.stele.demo").isDebugEnabled())
                .as("as before")
                .isFalse();
        Stele.open(data).close(); // would be refused if it was still held
    }

    private static Matcher awaitUrl(ByteArrayOutputStream printed) {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (System.nanoTime() - deadlineNs < 0) {
            Matcher found = URL.matcher(printed.toString(StandardCharsets.UTF_8));
            if (found.find()) {
                return found;
            }
            LockSupport.parkNanos(20_000_000);
        }
        throw new AssertionError("no address was printed within a minute: printed=" + printed);
    }
}
