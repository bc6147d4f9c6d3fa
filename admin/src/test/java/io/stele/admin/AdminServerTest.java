package io.stele.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Talks to the server as browsers, programs and hostile pages do. */
final class AdminServerTest {
    private static final String TOKEN = "0123456789abcdef0123";

    private final HttpClient client = HttpClient.newHttpClient();
    private TestBank bank;

    @BeforeEach
    void open(@TempDir Path directory) {
        bank = new TestBank(directory, AdminOptions.of().withToken(TOKEN));
    }

    @AfterEach
    void close() {
        bank.close();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(bank.admin.base() + path)).timeout(Duration.ofSeconds(30));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private String get(String path) throws Exception {
        HttpResponse<String> response = send(request(path).header("Authorization", "Bearer " + TOKEN));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return response.body();
    }

    private HttpResponse<String> post(String path, String form) throws Exception {
        return send(request(path)
                .header("Authorization", "Bearer " + TOKEN)
                .POST(HttpRequest.BodyPublishers.ofString(form)));
    }

    @Test
    void shouldListenOnTheLoopbackAddressAndKeepItsTokenToItself() {
        AdminOptions options = AdminOptions.of();

        assertThat(options.address()).isEqualTo(InetAddress.getLoopbackAddress());
        assertThat(options.token())
                .hasSizeGreaterThanOrEqualTo(32)
                .isNotEqualTo(AdminOptions.of().token());
        assertThat(options.toString()).doesNotContain(options.token());
    }

    @Test
    void shouldRefuseATokenThatIsTooShortAndAPortThatIsNone() {
        assertThatThrownBy(() -> AdminOptions.of().withToken("short"))
                .hasMessage("token must have at least 16 characters, letters, digits, - and _ only: length=5");
        assertThatThrownBy(() -> AdminOptions.of().withPort(70_000))
                .hasMessage("port is out of range: port=70000, portMax=65535");
    }

    @Test
    void shouldSayWhichPortIsTaken() {
        assertThatThrownBy(() -> AdminServer.builder(bank.system)
                        .options(AdminOptions.of().withPort(bank.admin.port()))
                        .start())
                .hasMessageContaining("take another port")
                .hasMessageContaining("port=" + bank.admin.port());
    }

    @Test
    void shouldShowNothingWithoutTheToken() throws Exception {
        for (String path :
                new String[] {"/", "/app.js", "/api/overview", "/api/stream", "/?token=0123456789abcdefXXXX"}) {
            HttpResponse<String> response = send(request(path));

            assertThat(response.statusCode()).as(path).isEqualTo(401);
            assertThat(response.body()).as(path).contains("token is missing or wrong");
        }
        HttpResponse<String> wrong = send(request("/api/overview").header("Authorization", "Bearer " + TOKEN + "x"));
        assertThat(wrong.statusCode()).isEqualTo(401);
    }

    @Test
    void shouldMoveTheTokenFromTheAddressIntoACookieThatScriptsCannotRead() throws Exception {
        HttpResponse<String> entered = send(request("/?token=" + TOKEN));

        assertThat(entered.statusCode()).isEqualTo(303);
        assertThat(entered.headers().firstValue("Location")).hasValue("/");
        String cookie = entered.headers().firstValue("Set-Cookie").orElseThrow();
        assertThat(cookie).contains("HttpOnly").contains("SameSite=Strict");
        HttpResponse<String> page = send(request("/").header("Cookie", cookie.substring(0, cookie.indexOf(';'))));
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).contains("<title>Stele</title>").doesNotContain(TOKEN);
        assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("default-src 'self'");
    }

    @Test
    void shouldAnswerToItsOwnNamesOnly() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), bank.admin.port())) {
            socket.getOutputStream()
                    .write(("GET /api/overview HTTP/1.1\r\nHost: evil.example:" + bank.admin.port()
                                    + "\r\nAuthorization: Bearer " + TOKEN + "\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(answer)
                    .startsWith("HTTP/1.1 421")
                    .contains("not known by that name")
                    .doesNotContain("samples");
        }
    }

    @Test
    void shouldChangeNothingByGetNorForAnotherPage() throws Exception {
        String change = "/api/loggers/level?logger=io.stele&level=DEBUG";
        HttpResponse<String> byGet = send(request(change).header("Authorization", "Bearer " + TOKEN));
        HttpResponse<String> fromElsewhere = send(request(change)
                .header("Cookie", "stele_admin_" + bank.admin.port() + "=" + TOKEN)
                .header("Origin", "http://evil.example")
                .POST(HttpRequest.BodyPublishers.noBody()));
        HttpResponse<String> withoutOrigin = send(request(change)
                .header("Cookie", "stele_admin_" + bank.admin.port() + "=" + TOKEN)
                .POST(HttpRequest.BodyPublishers.noBody()));

        assertThat(byGet.statusCode()).isEqualTo(405);
        assertThat(fromElsewhere.statusCode()).isEqualTo(403);
        assertThat(withoutOrigin.statusCode()).isEqualTo(403);
        assertThat(bank.log.levels(10)).isEmpty();
        HttpResponse<String> own = send(request(change)
                .header("Cookie", "stele_admin_" + bank.admin.port() + "=" + TOKEN)
                .header("Origin", bank.admin.base())
                .POST(HttpRequest.BodyPublishers.noBody()));
        assertThat(own.statusCode()).as(own.body()).isEqualTo(200);
        assertThat(bank.log.levels(10))
                .extracting(LogControl.LoggerLevel::level)
                .containsExactly("DEBUG");
    }

    @Test
    void shouldRefuseEveryChangeWhenReadOnly(@TempDir Path other) throws Exception {
        bank.close();
        bank = new TestBank(other, AdminOptions.of().withToken(TOKEN).readOnly());

        for (String path : new String[] {
            "/api/loggers/level",
            "/api/parked/tell-again",
            "/api/parked/discard",
            "/api/quarantine/retry",
            "/api/quarantine/skip"
        }) {
            HttpResponse<String> response = post(path, "");

            assertThat(response.statusCode()).as(path).isEqualTo(403);
            assertThat(response.body()).as(path).contains("read-only; nothing was changed");
        }
    }

    @Test
    void shouldAnswerNonsenseWithOneSentence() throws Exception {
        String[][] cases = {
            {"/api/actor", "400", "parameter is missing: parameter=id"},
            {"/api/actor?id=no%00thing", "400", "error"},
            {"/api/events?limit=100000", "400", "parameter must be a whole number in range: parameter=limit"},
            {"/api/events?since=yesterday", "400", "since must be a time in UTC"},
            {"/api/actor/state?id=bank-account/1&at=x", "400", "parameter=at"},
            {"/api/tree?path=/nobody", "400", "no living actor has that path"},
            {"/../../etc/passwd", "404", "nothing here"},
            {"/api/nothing", "404", "nothing here"},
        };
        for (String[] each : cases) {
            HttpResponse<String> response = send(request(each[0]).header("Authorization", "Bearer " + TOKEN));

            assertThat(response.statusCode()).as(each[0]).isEqualTo(Integer.parseInt(each[1]));
            assertThat(response.body()).as(each[0]).contains(each[2]).doesNotContain("\tat ");
        }
        assertThat(post("/api/loggers/level", "logger=a&level=LOUD").body()).contains("there is no such level");
        assertThat(post("/api/loggers/level", "x=" + "y".repeat(20_000)).statusCode())
                .isEqualTo(413);
    }

    @Test
    void shouldShowAnActorsLifeAndItsStateAtAnyEvent() throws Exception {
        bank.deposit("42", 40);

        assertThat(get("/api/actor?id=bank-account/42"))
                .contains("\"firstSequenceNumber\":1")
                .contains("\"lastSequenceNumber\":40")
                .contains("\"eventCount\":40");
        assertThat(get("/api/actor/state?id=bank-account/42&at=0")).contains("\"cents\":0");
        assertThat(get("/api/actor/state?id=bank-account/42&at=4"))
                .contains("\"sequenceNumber\":4")
                .contains("\"cents\":10");
        assertThat(get("/api/actor/state?id=bank-account/42"))
                .contains("\"cents\":820")
                .contains("\"transactions\":40");
        assertThat(get("/api/actor/events?id=bank-account/42&from=7&to=8"))
                .contains("\"sequenceNumber\":7")
                .contains("\"sequenceNumber\":8")
                .doesNotContain("\"sequenceNumber\":9");
        assertThat(get("/api/actor/state?id=unknown-kind/1")).contains("kind of actor is not known");
    }

    @Test
    void shouldFindEventsNewestFirstByActorTypeTextAndTime() throws Exception {
        bank.deposit("1", 30);
        bank.deposit("2", 5);

        String newest = get("/api/events?limit=3");
        String ofOne = get("/api/events?limit=500&actor=" + enc("bank-account/2"));
        String byText = get("/api/events?limit=500&grep=" + enc("\"cents\":17"));

        assertThat(newest).contains("bank-account/2").doesNotContain("\"bank-account/1\"");
        assertThat(count(newest, "\"position\"")).isEqualTo(3);
        assertThat(count(ofOne, "\"position\"")).isEqualTo(5);
        assertThat(count(byText, "\"position\"")).isEqualTo(1);
        assertThat(count(get("/api/events?type=deposited*&limit=500"), "\"position\""))
                .isEqualTo(35);
        assertThat(count(get("/api/events?type=withdrawn*"), "\"position\"")).isZero();
        assertThat(count(get("/api/events?since=2999-01-01T00:00:00Z"), "\"position\""))
                .isZero();
    }

    @Test
    void shouldShowTypesTreeMailboxesJournalAndCompaction() throws Exception {
        bank.deposit("1", 3);
        bank.worker.tell("hire");
        bank.worker.tell("fail");

        await(() -> get("/api/types").contains("\"handled\":3"));
        assertThat(get("/api/types"))
                .contains("\"entityType\":\"bank-account\"")
                .contains("\"active\":1")
                .contains("\"restarts\":0")
                .contains("\"p50Ns\":")
                .contains("\"p99Ns\":");
        await(() -> get("/api/tree").contains("\"restarts\":1"));
        assertThat(get("/api/tree")).contains("\"path\":\"/office\"");
        assertThat(get("/api/mailboxes")).contains("\"mailboxes\":[");
        assertThat(get("/api/journal"))
                .contains("\"lane\":1")
                .contains("\"failure\":null")
                .contains("\"firstSegment\":1");
        assertThat(get("/api/compactions")).contains("\"runs\":[]").contains("\"canPreview\":true");
        assertThat(get("/api/compactions/preview")).contains("\"verdict\":\"KEEP\"");
        assertThat(get("/api/recoveries")).contains("\"actor\":\"bank-account/1\"");
        assertThat(get("/api/remote")).contains("\"node\":\"north\"");
        assertThat(get("/api/timers")).contains("\"timers\":[]");
        assertThat(get("/api/quarantine")).contains("\"quarantined\":[]");
        await(() -> get("/api/overview").contains("\"events\":3,"));
        assertThat(get("/api/overview")).contains("\"samples\":[").contains("\"hasLog\":true");
    }

    @Test
    void shouldShowDeadLetters() throws Exception {
        bank.system.stop(bank.worker);
        bank.system.whenTerminated(bank.worker).toCompletableFuture().get(30, java.util.concurrent.TimeUnit.SECONDS);
        bank.worker.tell("too late");

        assertThat(get("/api/dead-letters")).contains("\"letters\":[");
    }

    @Test
    void shouldSendSamplesEventsAndLogLinesToAnOpenPage() throws Exception {
        HttpResponse<java.io.InputStream> stream = client.send(
                request("/api/stream?topics=sample,event,log")
                        .header("Authorization", "Bearer " + TOKEN)
                        .build(),
                BodyHandlers.ofInputStream());
        assertThat(stream.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/event-stream");
        StringBuilder seen = new StringBuilder();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8))) {
            await(() -> bank.log.subscriberCount() == 1);
            bank.log.say("WARN", "something\nodd");
            int account = 0;
            while (!(seen.toString().contains("\"heapUsedBytes\"")
                    && seen.toString().contains("\"bank-account/live-")
                    && seen.toString().contains("odd"))) {
                bank.deposit("live-" + account++, 1);
                seen.append(lines.readLine()).append('\n');
            }
        }

        assertThat(seen.toString())
                .contains("\"message\":\"something\\u000aodd\"")
                .contains("bank-account/live-");
        await(() -> {
            bank.log.say("INFO", "is anybody there");
            return bank.log.subscriberCount() == 0;
        });
    }

    @Test
    void shouldServeTheFilesOfThePage() throws Exception {
        for (String file :
                new String[] {"/app.js", "/views.js", "/actor.js", "/app.css", "/uplot.js", "/uplot.css", "/icon.svg"
                }) {
            assertThat(get(file)).as(file).hasSizeGreaterThan(100);
        }
    }

    /** Asks again and again, for half a minute at most. */
    private static void await(java.util.concurrent.Callable<Boolean> condition) throws Exception {
        long deadlineNs = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.call()) {
            assertThat(System.nanoTime()).as("waited for half a minute").isLessThan(deadlineNs);
            java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
        }
    }

    private static int count(String text, String part) {
        return text.split(java.util.regex.Pattern.quote(part), -1).length - 1;
    }

    private static String enc(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
