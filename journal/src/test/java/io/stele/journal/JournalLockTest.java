package io.stele.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.spi.JournalInUseException;
import io.stele.testkit.Fault;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalLockTest {
    @TempDir
    Path directory;

    @Test
    void shouldRememberTheEpoch() throws IOException {
        try (JournalLock lock = JournalLock.acquire(directory)) {
            assertThat(lock.lastEpoch()).isZero();
            lock.record(Holder.self(), 7, 1);
        }

        try (JournalLock lock = JournalLock.acquire(directory)) {
            assertThat(lock.lastEpoch()).isEqualTo(7);
        }
    }

    @Test
    @Fault("F23")
    void shouldRefuseASecondHolderInTheSameProcess() throws IOException {
        try (JournalLock first = JournalLock.acquire(directory)) {
            assertThat(first.lastEpoch()).isZero();
            assertThatThrownBy(() -> JournalLock.acquire(directory.resolve("../" + directory.getFileName())))
                    .isInstanceOf(JournalInUseException.class)
                    .hasMessageContaining("pid=" + ProcessHandle.current().pid());
        }
        try (JournalLock again = JournalLock.acquire(directory)) {
            assertThat(again.lastEpoch()).isZero();
        }
    }
}
