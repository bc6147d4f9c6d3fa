package io.stele.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.stele.examples.SupervisedFeeds.CountFeeds;
import io.stele.examples.SupervisedFeeds.LastPrice;
import io.stele.examples.SupervisedFeeds.Line;
import io.stele.examples.SupervisedFeeds.Message;
import io.stele.runtime.ActorRef;
import io.stele.runtime.ActorSystem;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Feeds that fail in their different ways. */
final class SupervisedFeedsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final AtomicInteger connections = new AtomicInteger();
    private final ActorSystem system = ActorSystem.builder().workerCount(2).build();
    private final ActorRef<Message> feeds = system.spawn(
            "feeds",
            () -> new SupervisedFeeds(name -> {
                connections.incrementAndGet();
                return line -> {
                    if (line.equals("lost")) {
                        throw new IllegalStateException("connection lost");
                    }
                    return Double.parseDouble(line);
                };
            }));

    @AfterEach
    void close() {
        system.close();
    }

    private double last(String feed) throws Exception {
        return feeds.<Double>ask(replyTo -> new LastPrice(feed, replyTo), PATIENCE)
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
    }

    @Test
    void shouldPassOverALineThatItDoesNotUnderstand() throws Exception {
        feeds.tell(new Line("nyse", "101.5"));
        feeds.tell(new Line("nyse", "what?"));

        assertThat(last("nyse")).isEqualTo(101.5);
        assertThat(connections).hasValue(1);
    }

    @Test
    void shouldConnectAgainWhenTheConnectionIsLost() throws Exception {
        feeds.tell(new Line("nyse", "101.5"));
        feeds.tell(new Line("nyse", "lost"));

        assertThat(last("nyse"))
                .as("what was known is gone with the connection")
                .isZero();
        assertThat(connections).hasValue(2);
    }

    @Test
    void shouldForgetAFeedThatIsLostTooOften() throws Exception {
        for (int i = 0; i < 6; i++) {
            feeds.tell(new Line("nyse", "lost"));
        }

        int count = 1;
        for (long startNs = System.nanoTime(); count > 0 && System.nanoTime() - startNs < PATIENCE.toNanos(); ) {
            count = feeds.<Integer>ask(CountFeeds::new, PATIENCE)
                    .toCompletableFuture()
                    .get(20, TimeUnit.SECONDS);
        }
        assertThat(count).isZero();
        assertThat(connections).hasValue(6);
    }
}
