package io.stele.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.stele.Stele;
import io.stele.runtime.ActorSystem;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a recording sees of turns, appends, forces and recoveries; and that one which does not ask for them sees nothing. */
final class FlightRecorderTest {
    private static final List<String> NAMES =
            List.of("io.stele.Turn", "io.stele.Append", "io.stele.Force", "io.stele.Recovery");

    @TempDir
    Path directory;

    private Map<String, List<RecordedEvent>> record(String name, boolean enabled) throws Exception {
        Path file = directory.resolve(name + ".jfr");
        try (Recording recording = new Recording()) {
            if (enabled) {
                NAMES.forEach(each -> recording.enable(each).withThreshold(Duration.ZERO));
            }
            recording.start();
            try (ActorSystem system = Stele.open(directory.resolve(name))) {
                for (int i = 0; i < 10; i++) {
                    system.entity(MetricsTest.Visits.class, "7")
                            .ask(new MetricsTest.Visits.Visit())
                            .toCompletableFuture()
                            .join();
                }
            }
            recording.stop();
            recording.dump(file);
        }
        return RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().startsWith("io.stele."))
                .collect(Collectors.groupingBy(event -> event.getEventType().getName()));
    }

    @Test
    void shouldRecordWhatARecordingAsksFor() throws Exception {
        assertThat(record("quiet", false)).isEmpty();

        Map<String, List<RecordedEvent>> recorded = record("asked", true);

        assertThat(recorded.keySet()).containsExactlyInAnyOrderElementsOf(NAMES);
        List<RecordedEvent> appends = recorded.get("io.stele.Append");
        assertThat(appends).hasSize(10).allSatisfy(append -> {
            assertThat(append.getString("persistenceId")).isEqualTo("visits/7");
            assertThat(append.getInt("events")).isEqualTo(1);
            assertThat(append.getInt("bytes")).isPositive();
        });
        assertThat(recorded.get("io.stele.Turn"))
                .anySatisfy(turn -> assertThat(turn.getString("actor")).isEqualTo("visits/7"));
        assertThat(recorded.getOrDefault("io.stele.Force", List.of()).stream()
                        .mapToLong(force -> force.getLong("records"))
                        .sum())
                .isGreaterThanOrEqualTo(10);
        assertThat(recorded.get("io.stele.Recovery")).singleElement().satisfies(recovery -> {
            assertThat(recovery.getString("persistenceId")).isEqualTo("visits/7");
            assertThat(recovery.getLong("eventsReplayed")).isZero();
        });
        EventType turn = FlightRecorder.getFlightRecorder().getEventTypes().stream()
                .filter(type -> type.getName().equals("io.stele.Turn"))
                .findFirst()
                .orElseThrow();
        assertThat(turn.getCategoryNames()).containsExactly("Stele", "Actors");
    }
}
