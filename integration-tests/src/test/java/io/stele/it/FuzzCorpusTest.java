package io.stele.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.stele.testkit.Fault;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the fuzzer has found worth keeping, and what it began with, again; with some mutations of each. */
final class FuzzCorpusTest {
    private static final int MUTATIONS = 20;

    @TempDir
    Path directory;

    @Test
    @Fault({"F05", "F31", "F33"})
    void shouldTakeEveryInputThatWasKept() throws IOException {
        Map<String, FuzzTargets.Target> targets = FuzzTargets.all(directory);
        for (Map.Entry<String, FuzzTargets.Target> entry : targets.entrySet()) {
            List<byte[]> inputs = new ArrayList<>(entry.getValue().seeds());
            inputs.addAll(FuzzCampaign.kept(entry.getKey()));
            assertThat(inputs).as(entry.getKey()).isNotEmpty();
            SplittableRandom random = new SplittableRandom(7);
            for (byte[] input : inputs) {
                take(entry.getKey(), entry.getValue(), input);
                for (int i = 0; i < MUTATIONS && input.length < 4_096; i++) {
                    take(entry.getKey(), entry.getValue(), mutate(input, random));
                }
            }
        }
    }

    private static void take(String name, FuzzTargets.Target target, byte[] input) {
        assertThatCode(() -> target.takes().accept(input))
                .as("target=%s, input=%s", name, HexFormat.of().formatHex(input, 0, Math.min(200, input.length)))
                .doesNotThrowAnyException();
    }

    private static byte[] mutate(byte[] input, SplittableRandom random) {
        byte[] bytes = Arrays.copyOf(input, Math.max(1, input.length + random.nextInt(-2, 3)));
        for (int i = random.nextInt(1, 4); i > 0; i--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
        return bytes;
    }
}
