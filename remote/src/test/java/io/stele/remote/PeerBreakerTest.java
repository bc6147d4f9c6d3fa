package io.stele.remote;

import static org.assertj.core.api.Assertions.assertThat;

import io.stele.runtime.Gateway;
import io.stele.testkit.ManualClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A peer that fails is spared, as soon as it fails more than it usually does. */
final class PeerBreakerTest {
    private static final long MS = 1_000_000;

    private final ManualClock clock = ManualClock.start();

    private PeerBreaker breaker() {
        return new PeerBreaker("right", clock, 1_000_000);
    }

    private static void ask(PeerBreaker breaker, boolean lost) {
        assertThat(breaker.enter()).isTrue();
        breaker.onAsked(MS, lost ? Gateway.Failure.TIMEOUT.exception("no reply", null) : null);
    }

    @Test
    void shouldOpenThenTryThenClose() {
        PeerBreaker breaker = breaker();
        for (int i = 0; i < 10; i++) {
            assertThat(breaker.state()).isEqualTo("CLOSED");
            assertThat(breaker.admits()).isTrue();
            ask(breaker, true);
        }

        assertThat(breaker.state()).isEqualTo("OPEN");
        assertThat(breaker.failureRate()).isEqualTo(100);
        assertThat(breaker.admits()).isFalse();

        clock.advance(Duration.ofMillis(2_100));
        assertThat(breaker.admits()).isTrue();
        assertThat(breaker.state()).isEqualTo("HALF_OPEN");
        for (int i = 0; i < 5; i++) {
            ask(breaker, false);
        }
        assertThat(breaker.state()).isEqualTo("CLOSED");
    }

    @Test
    void shouldOpenAgainIfItStillFails() {
        PeerBreaker breaker = breaker();
        for (int i = 0; i < 10; i++) {
            ask(breaker, true);
        }
        clock.advance(Duration.ofMillis(2_100));
        assertThat(breaker.admits()).isTrue();

        for (int i = 0; i < 5; i++) {
            ask(breaker, true);
        }

        assertThat(breaker.state()).isEqualTo("OPEN");
        assertThat(breaker.admits()).isFalse();
    }

    @Test
    void shouldCountWhatAnActorRejectsAsAnAnswer() {
        PeerBreaker breaker = breaker();

        for (int i = 0; i < 100; i++) {
            breaker.enter();
            breaker.onAsked(MS, Gateway.Failure.REJECTED.exception("poor", "poor"));
            breaker.enter();
            breaker.onAsked(MS, Gateway.Failure.CIRCUIT_OPEN.exception("an actor's own", null));
        }

        assertThat(breaker.state()).isEqualTo("CLOSED");
        assertThat(breaker.failureRate()).isZero();
    }

    @Test
    void shouldTolerateMoreOfAPeerThatOftenFailsALittle() {
        PeerBreaker fresh = breaker();
        PeerBreaker used = breaker();
        for (int i = 0; i < 2_000; i++) {
            ask(used, i % 5 == 0); // 20 %: its threshold comes to 30 + 3 × 20
        }

        for (int i = 0; i < 100; i++) {
            ask(fresh, i % 2 == 0);
            ask(used, i % 2 == 0);
        }

        assertThat(fresh.state()).isEqualTo("OPEN");
        assertThat(used.state()).isEqualTo("CLOSED");
        for (int i = 0; i < 100; i++) {
            ask(used, true);
        }
        assertThat(used.state()).isEqualTo("OPEN");
    }

    @Test
    void shouldCallSlowWhatIsSlowForThisPeer() {
        PeerBreaker quick = breaker();
        PeerBreaker slow = breaker();
        for (int i = 0; i < 500; i++) {
            quick.enter();
            quick.onAsked(MS, null);
            slow.enter();
            slow.onAsked(100 * MS, null);
        }

        assertThat(quick.slowAfter()).isEqualTo(Duration.ofMillis(50));
        assertThat(slow.slowAfter()).isBetween(Duration.ofMillis(290), Duration.ofMillis(350));
        for (int i = 0; i < 10; i++) {
            quick.enter();
            quick.onAsked(200 * MS, null);
            slow.enter();
            slow.onAsked(200 * MS, null);
        }
        assertThat(quick.failureRate()).isPositive();
        assertThat(slow.failureRate()).isZero();
    }

    @Test
    void shouldLetSoManyAskAtOnce() {
        PeerBreaker breaker = new PeerBreaker("right", clock, 2);

        assertThat(breaker.enter()).isTrue();
        assertThat(breaker.enter()).isTrue();
        assertThat(breaker.enter()).isFalse();
        breaker.onAsked(MS, null);
        assertThat(breaker.enter()).isTrue();
        breaker.leave();
        assertThat(breaker.enter()).isTrue();
    }
}
