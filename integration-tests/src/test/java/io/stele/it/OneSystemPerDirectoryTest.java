package io.stele.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.Stele;
import io.stele.examples.BankAccount;
import io.stele.examples.BankAccount.GetBalance;
import io.stele.runtime.ActorSystem;
import io.stele.spi.JournalInUseException;
import io.stele.testkit.Fault;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two systems on one directory: the second is refused at once, and told by whom. */
final class OneSystemPerDirectoryTest {
    @TempDir
    private Path directory;

    @Test
    void shouldRefuseASecondSystemInTheSameProcess() {
        try (ActorSystem first = Stele.open(directory)) {
            assertRefused(ProcessHandle.current().pid());

            assertThat(first.entity(BankAccount.class, "1")
                            .ask(new GetBalance())
                            .toCompletableFuture()
                            .join()
                            .cents())
                    .as("the first goes on")
                    .isZero();
        }
        Stele.open(directory).close();
    }

    @Test
    @Timeout(60)
    @Fault({"F23", "F24"})
    void shouldRefuseASecondProcessAndNameTheFirst() throws Exception {
        NodeProcess holder = NodeProcess.start(directory, List.of());
        assertThat(holder.readLine()).isEqualTo("ready");

        assertRefused(holder.pid());

        assertThat(holder.finish()).isZero();
        Stele.open(directory).close();
    }

    /** The first attempt loads classes, the second is measured: a refusal is one system call and must not wait for anything. */
    private void assertRefused(long pid) {
        assertThatThrownBy(() -> Stele.open(directory)).isInstanceOf(JournalInUseException.class);
        List<String> before = files();
        long startNs = System.nanoTime();

        assertThatThrownBy(() -> Stele.open(directory))
                .isInstanceOf(JournalInUseException.class)
                .hasMessageContaining("pid=" + pid)
                .hasMessageContaining("directory=");

        assertThat(Duration.ofNanos(System.nanoTime() - startNs)).isLessThan(Duration.ofSeconds(1));
        assertThat(files()).as("nothing was created").isEqualTo(before);
    }

    private List<String> files() {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> !file.toString().endsWith(".precreated"))
                    .map(Path::toString)
                    .sorted()
                    .collect(Collectors.toList());
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
