package io.stele.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** JSON, plain lines, bars and numbers, character by character. */
class OutputTest {

    private static Map<String, Object> tree() {
        Map<String, Object> newest = new LinkedHashMap<>();
        newest.put("type", "deposited");
        newest.put("payload", new Json.Raw("{\"note\":\"a\u202eb\"}"));
        Map<String, Object> lane = new LinkedHashMap<>();
        lane.put("lane", 0);
        lane.put("bytes", 4_096L);
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("schema", "stele.test/1");
        tree.put("id", "quote\" slash\\ bell\u0007 \ud83d\ude00");
        tree.put("newest", newest);
        tree.put("lanes", List.of(lane));
        tree.put("counts", List.of(1, 2));
        tree.put("none", List.of());
        tree.put("nothing", null);
        tree.put("healthy", true);
        return tree;
    }

    @Test
    void shouldWriteJson() {
        assertThat(Json.write(tree())).isEqualTo("""
                        {
                          "schema": "stele.test/1",
                          "id": "quote\\" slash\\\\ bell\\u0007 \ud83d\ude00",
                          "newest": {
                            "type": "deposited",
                            "payload": {"note":"a\\u202eb"}
                          },
                          "lanes": [
                            {
                              "lane": 0,
                              "bytes": 4096
                            }
                          ],
                          "counts": [
                            1,
                            2
                          ],
                          "none": [],
                          "nothing": null,
                          "healthy": true
                        }""");
        assertThat(Json.write(Map.of())).isEqualTo("{}");
    }

    @Test
    void shouldWritePlainLines() {
        assertThat(Plain.write(tree())).isEqualTo("""
                        schema\tstele.test/1
                        id\tquote" slash\\ bell\\u0007 \ud83d\ude00
                        newest.type\tdeposited
                        newest.payload\t{"note":"a\\u202eb"}
                        lanes\tlane=0\tbytes=4096
                        counts\t1
                        counts\t2
                        nothing\t
                        healthy\ttrue
                        """);
    }

    @Test
    void shouldDrawBars() {
        assertThat(Screens.NARROW.bar(0.5, 8)).isEqualTo("████░░░░");
        assertThat(Screens.ASCII.bar(0.5, 8)).isEqualTo("####....");
        assertThat(Screens.NARROW.length(0.5, 3)).isEqualTo("█▌");
        assertThat(Screens.NARROW.length(0.001, 3)).isEqualTo("");
        assertThat(Screens.NARROW.length(2, 3)).isEqualTo("███");
        assertThat(Screens.ASCII.length(0.01, 3)).isEqualTo("#");
        assertThat(Screens.NARROW.sparkline(List.of(0L, 4L, 8L))).isEqualTo("▁▅█");
        assertThat(Screens.ASCII.sparkline(List.of(0L, 4L, 8L))).isEqualTo("_+@");
        assertThat(Screens.NARROW.sparkline(List.of(0L, 0L))).isEqualTo("▁▁");
    }

    @Test
    void shouldShowNumbersAsPeopleReadThem() {
        assertThat(Arrays.asList(Units.count(1_234_567), Units.count(1, "kill"), Units.count(2, "kill")))
                .containsExactly("1,234,567", "1 kill", "2 kills");
        assertThat(Arrays.asList(Units.bytes(0), Units.bytes(999), Units.bytes(1_024), Units.bytes(91_900_000)))
                .containsExactly("0 B", "999 B", "1.0 KiB", "88 MiB");
        assertThat(Arrays.asList(
                        Units.duration(1_500),
                        Units.duration(4_240_000),
                        Units.duration(340_000_000),
                        Units.duration(4_240_000_000L),
                        Units.duration(130_000_000_000L)))
                .containsExactly("1 µs", "4.2 ms", "340 ms", "4.2 s", "2m10s");
        assertThat(Arrays.asList(
                        Units.age(-1), Units.age(10), Units.age(12_000), Units.age(7_500_000), Units.age(90_000_000)))
                .containsExactly("in the future", "just now", "12 s ago", "2h5m ago", "1d1h ago");
        assertThat(Arrays.asList(Units.money(0), Units.money(-5), Units.money(-123_450), Units.money(1_000_001)))
                .containsExactly("0.00", "-0.05", "-1,234.50", "10,000.01");
        assertThat(Units.time(0)).isEqualTo("1970-01-01 00:00:00.000");
        assertThat(Units.iso(0)).isEqualTo("1970-01-01T00:00:00Z");
    }
}
