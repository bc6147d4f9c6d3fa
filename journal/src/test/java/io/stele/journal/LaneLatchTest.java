package io.stele.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.stele.testkit.Fault;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LaneLatchTest {
    private long counter;

    @Test
    void shouldLetOneThreadInAtATime() throws InterruptedException {
        LaneLatch latch = new LaneLatch();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            threads.add(new Thread(() -> count(latch)));
        }

        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(counter).isEqualTo(6 * 100_000L);
    }

    @Test
    @Fault("F37")
    void shouldLetAThreadInThatWasInterrupted() throws InterruptedException {
        LaneLatch latch = new LaneLatch();
        latch.lock();
        Thread waiting = new Thread(() -> {
            Thread.currentThread().interrupt();
            count(latch);
        });
        waiting.start();
        TestJournal.await("the other thread waits", () -> waiting.getState() != Thread.State.NEW);
        latch.unlock();
        waiting.join();

        assertThat(counter).isEqualTo(100_000L);
    }

    private void count(LaneLatch latch) {
        for (int i = 0; i < 100_000; i++) {
            latch.lock();
            counter++;
            latch.unlock();
        }
    }
}
