package io.stele.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.stele.Stele;
import io.stele.admin.AdminOptions;
import io.stele.admin.AdminServer;
import io.stele.recovery.Compactor;
import io.stele.runtime.Actor;
import io.stele.runtime.ActorOptions;
import io.stele.runtime.ActorSystem;
import io.stele.runtime.CommandHandlers;
import io.stele.runtime.EventHandlers;
import io.stele.runtime.PersistentActor;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A live system, scraped: what stands in docs/metrics.md and in the dashboards is what is there. */
final class MetricsTest {
    private static final Path ROOT = Path.of("..");
    private static final Pattern METRIC = Pattern.compile("stele_[a-z_]+");
    private static final Pattern EXPRESSION = Pattern.compile("\"expr\"\\s*:\\s*\"((?:[^\"\\\\]|\\\\.)*)\"");

    @TempDir
    Path directory;

    /** A kind of actor whose limit is adaptive, so that every meter there is shows. */
    public static final class Visits extends PersistentActor<Visits.Visited, Integer> {
        /** A visit. */
        public record Visit() implements io.stele.runtime.Command<Integer> {}

        /** A visit that was. */
        public record Visited(int by) {}

        /** Counts from 0. */
        public Visits() {
            super("visits");
        }

        @Override
        protected Integer initialState() {
            return 0;
        }

        @Override
        protected ActorOptions options() {
            return ActorOptions.standard().withShedding(ActorOptions.Shedding.ADAPTIVE);
        }

        @Override
        protected int snapshotEvery() {
            return 10;
        }

        @Override
        protected void commands(CommandHandlers<Visited, Integer> on) {
            on.on(Visit.class, (sum, visit) -> persist(new Visited(1)).thenReply(after -> after));
        }

        @Override
        protected void events(EventHandlers<Visited, Integer> on) {
            on.on(Visited.class, (sum, visited) -> sum + visited.by());
        }
    }

    /** Something that is open, with a server. */
    private record Running(
            ActorSystem system, AdminServer server, AdminOptions options, MeterRegistry registry, Compactor compactor)
            implements AutoCloseable {
        static Running start(Path directory) {
            MeterRegistry registry = AdminServer.newRegistry();
            AdminOptions options = AdminOptions.of();
            AtomicReference<Compactor> compactor = new AtomicReference<>();
            ActorSystem system = Stele.builder(directory)
                    .metrics(registry)
                    .compaction(rules -> rules, compactor::set)
                    .register(new Visits())
                    .open();
            return new Running(
                    system,
                    AdminServer.builder(system).options(options).start(),
                    options,
                    registry,
                    Objects.requireNonNull(compactor.get()));
        }

        String scrape() throws IOException, InterruptedException {
            HttpRequest request = HttpRequest.newBuilder(URI.create(server.base() + "/metrics"))
                    .header("Authorization", "Bearer " + options.token())
                    .build();
            HttpResponse<String> response = HttpClient.newHttpClient()
                    .send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
            assertThat(response.statusCode()).isEqualTo(200);
            return response.body();
        }

        @Override
        public void close() {
            server.close();
            system.close();
        }
    }

    private static double sum(String scrape, String name) {
        return scrape.lines()
                .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .filter(value -> !Double.isNaN(value))
                .sum();
    }

    @Test
    void shouldShowOfAJournalWhatWasDoneToIt() throws Exception {
        try (Running running = Running.start(directory)) {
            assertThat(sum(running.scrape(), "stele_journal_records_total")).isZero();

            for (int i = 0; i < 50; i++) {
                running.system()
                        .entity(Visits.class, "1")
                        .ask(new Visits.Visit())
                        .toCompletableFuture()
                        .join();
            }

            String scrape = running.scrape();
            assertThat(sum(scrape, "stele_actor_events_total")).isEqualTo(50);
            assertThat(sum(scrape, "stele_journal_records_total")).isGreaterThanOrEqualTo(50);
            assertThat(sum(scrape, "stele_journal_written_bytes_total")).isGreaterThan(50 * 20);
            assertThat(sum(scrape, "stele_journal_forces_total")).isBetween(1.0, 200.0);
            assertThat(sum(scrape, "stele_journal_force_seconds_count"))
                    .isEqualTo(sum(scrape, "stele_journal_forces_total"));
            assertThat(sum(scrape, "stele_journal_batch_records_sum")).isGreaterThanOrEqualTo(50);
            assertThat(sum(scrape, "stele_journal_rolls_segments_total")).isGreaterThanOrEqualTo(1);
            assertThat(sum(scrape, "stele_journal_free_bytes")).isGreaterThan(1 << 20);
            assertThat(sum(scrape, "stele_journal_lag_records")).isBetween(0.0, 5.0);
            assertThat(sum(scrape, "stele_journal_failed_lanes")).isZero();

            running.compactor().execute(running.compactor().plan(), "test");

            assertThat(sum(running.scrape(), "stele_compaction_runs_total")).isEqualTo(1);
        }
    }

    @Test
    void shouldStandInTheDocumentationAsItIs() throws Exception {
        Path page = ROOT.resolve("docs/metrics.md");
        String text = Files.readString(page);
        String begin = "<!-- generated by MetricsTest; to write it anew: -Dstele.docs.write=true -->\n";
        int at = text.indexOf(begin) + begin.length();
        String table;
        try (Running running = Running.start(directory)) {
            running.system().spawn("plain", () -> (Actor<String>) (message, context) -> {});
            table = table(running.registry());
        }

        if (Boolean.getBoolean("stele.docs.write")) {
            Files.writeString(page, text.substring(0, at) + table);
        }

        assertThat(Files.readString(page).substring(at)).isEqualTo(table);
    }

    private static String table(MeterRegistry registry) {
        Map<String, Set<String>> tags = new TreeMap<>();
        Map<String, Meter.Id> ids = new TreeMap<>();
        for (Meter meter : registry.getMeters()) {
            Meter.Id id = meter.getId();
            if (id.getName().startsWith("stele.")) {
                ids.put(id.getName(), id);
                id.getTags()
                        .forEach(tag -> tags.computeIfAbsent(id.getName(), name -> new TreeSet<>())
                                .add(tag.getKey()));
            }
        }
        StringBuilder table = new StringBuilder("\n| meter | type | unit | tags | meaning |\n|---|---|---|---|---|\n");
        ids.forEach((name, id) -> table.append(String.format(
                "| `%s` | %s | %s | %s | %s |%n",
                name,
                id.getType().name().toLowerCase(java.util.Locale.ROOT).replace('_', ' '),
                id.getBaseUnit() == null ? "" : id.getBaseUnit(),
                String.join(", ", tags.getOrDefault(name, Set.of())),
                id.getDescription())));
        return table.toString();
    }

    @Test
    void shouldAskInDashboardsForWhatThereIs() throws Exception {
        Set<String> there = new TreeSet<>();
        try (Running running = Running.start(directory)) {
            running.system()
                    .entity(Visits.class, "1")
                    .ask(new Visits.Visit())
                    .toCompletableFuture()
                    .join();
            running.scrape()
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.replaceFirst("[{ ].*", ""))
                    .forEach(there::add);
        }

        Map<String, String> asked = new LinkedHashMap<>();
        try (Stream<Path> files = Files.list(ROOT.resolve("docs/grafana"))) {
            for (Path file : files.sorted(Comparator.naturalOrder()).toList()) {
                int before = asked.size();
                Matcher expressions = EXPRESSION.matcher(Files.readString(file));
                while (expressions.find()) {
                    Matcher names = METRIC.matcher(expressions.group(1));
                    while (names.find()) {
                        asked.put(names.group(), file.getFileName().toString());
                    }
                }
                assertThat(asked.size())
                        .as("%s asks for something of its own", file)
                        .isGreaterThan(before);
            }
        }
        Set<String> missing = asked.keySet().stream()
                .filter(name -> !there.contains(name))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(missing)
                .as("asked for, but not scraped; there is: %s", there)
                .isEmpty();
        assertThat(asked).hasSizeGreaterThan(30);
    }
}
