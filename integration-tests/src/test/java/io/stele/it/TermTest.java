package io.stele.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.stele.examples.BankAccount;
import io.stele.examples.BankAccount.GetBalance;
import io.stele.runtime.ActorSystem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real processes that are asked to end by SIGTERM while they are busy: nothing acknowledged is lost, nothing sent stays without an answer. */
@Tag("slow")
final class TermTest {
    private static final int SIGTERM_EXIT = 128 + 15;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(ints = {1, 500, 5_000})
    @Timeout(120)
    void shouldAnswerEverythingAndCloseInGoodOrder(int acknowledgedBefore) throws Exception {
        NodeProcess node = NodeProcess.start(directory, List.of(), TermNode.class);
        assertThat(node.readLine()).isEqualTo("ready");
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < acknowledgedBefore; i++) {
            lines.add(node.readLine());
        }

        int exit = node.terminate(lines::add);

        assertThat(exit).isEqualTo(SIGTERM_EXIT);
        assertThat(lines).noneMatch(line -> line.startsWith("failed"));
        String[] last = lines.get(lines.size() - 1).split(" ", -1);
        assertThat(last).as("the report comes last").startsWith("sent").hasSize(4);
        assertThat(last[3]).as("answered").isEqualTo(last[1]);
        Map<String, Long> acknowledged = new HashMap<>();
        lines.stream()
                .filter(line -> line.startsWith("ok "))
                .forEach(line -> acknowledged.merge(line.substring(3), 1L, Long::sum));
        try (ActorSystem system = Node.open(directory)) {
            assertThat(system.openingReport().isClean())
                    .as("closed in good order")
                    .isTrue();
            Map<String, Long> stored = new HashMap<>();
            for (String account : acknowledged.keySet()) {
                stored.put(account, cents(system, account));
            }
            assertThat(stored)
                    .as("all that is stored was acknowledged, and the other way round")
                    .isEqualTo(acknowledged);
        }
    }

    private static long cents(ActorSystem system, String account) throws Exception {
        return system.entity(BankAccount.class, account)
                .ask(new GetBalance())
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS)
                .cents();
    }
}
