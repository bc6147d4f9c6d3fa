package io.stele.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a command, a message and a question allocate on the heap, counted over all threads of a JVM of its own. */
final class AllocationTest {
    private static final int OPERATIONS = 30_000;
    private static final double PERSIST_BYTES_MAX = 64;
    /** A quarter of the 640 bytes that an ask takes with Pekko. */
    private static final double ASK_BYTES_MAX = 160;
    /** Bytes of the measurement itself, spread over all operations. */
    private static final double TELL_BYTES_MAX = 0.5;

    @TempDir
    private Path directory;

    @Test
    @Timeout(300)
    void shouldAllocateNextToNothing() throws Exception {
        NodeProcess node =
                NodeProcess.startCompiled(directory, AllocationNode.class, List.of(Integer.toString(OPERATIONS)));

        Map<String, Double> bytes = new HashMap<>();
        for (String line = node.readLine(); !line.isEmpty() && !line.equals("done"); line = node.readLine()) {
            String[] words = line.split(" ", -1);
            bytes.put(words[0], Double.valueOf(words[1]));
        }

        assertThat(bytes).containsOnlyKeys("persist-POWER_LOSS", "persist-PROCESS_CRASH", "tell", "ask");
        assertThat(bytes.get("persist-POWER_LOSS")).as("%s", bytes).isLessThanOrEqualTo(PERSIST_BYTES_MAX);
        assertThat(bytes.get("persist-PROCESS_CRASH")).as("%s", bytes).isLessThanOrEqualTo(PERSIST_BYTES_MAX);
        assertThat(bytes.get("tell")).as("%s", bytes).isLessThanOrEqualTo(TELL_BYTES_MAX);
        assertThat(bytes.get("ask")).as("%s", bytes).isLessThanOrEqualTo(ASK_BYTES_MAX);
    }
}
