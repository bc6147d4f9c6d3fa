package io.stele.remote;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is remembered of the streams of others is bounded, and says of each message whether it is the next. */
final class ReliableInboxTest {

    @Test
    void shouldForgetTheStreamThatIsSilentForLongest() {
        ReliableInbox inbox = new ReliableInbox(3, 1_000);
        ReliableInbox.Stream first = inbox.stream("left", "1", 0);
        ReliableInbox.Stream second = inbox.stream("left", "2", 0);
        inbox.stream("left", "3", 0);
        inbox.stream("left", "1", 1);
        inbox.stream("left", "4", 2);

        assertThat(inbox.count()).isEqualTo(3);
        assertThat(inbox.stream("left", "1", 3)).isSameAs(first);
        assertThat(inbox.stream("left", "2", 3)).isNotSameAs(second);
        for (int i = 0; i < 10_000; i++) {
            inbox.stream("left", "more-" + i, 4);
        }
        assertThat(inbox.count()).isEqualTo(3);
    }

    @Test
    void shouldForgetStreamsThatAreSilentForTooLongAndOweNothing() {
        ReliableInbox inbox = new ReliableInbox(100, 1_000);
        inbox.stream("left", "silent", 0);
        ReliableInbox.Stream busy = inbox.stream("left", "busy", 0);
        inbox.stream("left", "used", 500);
        busy.take(1, 1);

        inbox.sweep(1_000);
        assertThat(inbox.count()).isEqualTo(3);
        inbox.sweep(1_001);
        assertThat(inbox.count()).isEqualTo(2);
        busy.onHandled(1, null);
        inbox.sweep(1_501);
        assertThat(inbox.count()).isZero();
    }

    @Test
    void shouldBeTwoStreamsIfTwoPeersCallThemTheSame() {
        ReliableInbox inbox = new ReliableInbox(100, 1_000);

        assertThat(inbox.stream("left", "1", 0)).isNotSameAs(inbox.stream("other", "1", 0));
    }

    @Test
    void shouldTakeEachOnceAndInOrder() {
        ReliableInbox.Stream stream = new ReliableInbox.Stream("left/1");

        assertThat(stream.take(8, 7)).as("7 comes first").isFalse();
        assertThat(stream.take(7, 7)).isTrue();
        assertThat(stream.take(7, 7)).as("again").isFalse();
        assertThat(stream.take(8, 7)).isTrue();
        assertThat(stream.handled()).isEqualTo(6);
        stream.onHandled(8, null);
        assertThat(stream.handled()).as("7 is not").isEqualTo(6);
        stream.onHandled(7, null);
        assertThat(stream.handled()).isEqualTo(8);
        assertThat(stream.take(8, 7)).isFalse();
    }

    @Test
    void shouldTakeAgainWhatHasFailedAndNotWhatWasHandledBehindIt() {
        ReliableInbox.Stream stream = new ReliableInbox.Stream("left/1");
        for (long number = 1; number <= 4; number++) {
            assertThat(stream.take(number, 1)).isTrue();
        }
        stream.onHandled(1, null);
        stream.onHandled(3, null);
        stream.onFailed(2);

        assertThat(stream.take(3, 1)).isFalse();
        assertThat(stream.take(5, 1)).as("2 comes first").isFalse();
        assertThat(stream.take(2, 1)).isTrue();
        assertThat(stream.take(3, 1)).isFalse();
        assertThat(stream.take(4, 1)).as("still away").isFalse();
        assertThat(stream.take(5, 1)).isTrue();
        stream.onHandled(2, null);
        assertThat(stream.handled()).isEqualTo(3);
    }

    @Test
    void shouldBoundWhatIsAwayAndKeepItApart() {
        ReliableInbox.Stream stream = new ReliableInbox.Stream("left/1");
        for (long number = 1; number <= ReliableInbox.Stream.AWAY_MAX; number++) {
            assertThat(stream.take(number, 1)).isTrue();
        }

        long next = ReliableInbox.Stream.AWAY_MAX + 1L;
        assertThat(stream.take(next, 1)).isFalse();
        for (long number = ReliableInbox.Stream.AWAY_MAX; number > 1; number--) {
            stream.onHandled(number, null);
        }
        assertThat(stream.handled()).isZero();
        stream.onHandled(1, null);
        assertThat(stream.handled()).isEqualTo(next - 1);
        assertThat(stream.take(next, 1)).isTrue();
    }

    @Test
    void shouldRepeatRefusalsUntilThePeerKnowsThem() {
        ReliableInbox.Stream stream = new ReliableInbox.Stream("left/1");
        for (long number = 1; number <= 3; number++) {
            stream.take(number, 1);
        }
        stream.onHandled(2, "no");

        assertThat(refusals(stream)).as("1 is away").isEmpty();
        stream.onHandled(1, null);
        assertThat(refusals(stream)).containsExactly("2 no");
        assertThat(refusals(stream)).as("the connection was lost").containsExactly("2 no");
        stream.take(4, 3);
        assertThat(refusals(stream)).as("3 is the oldest").isEmpty();
    }

    private static List<String> refusals(ReliableInbox.Stream stream) {
        List<String> all = new ArrayList<>();
        stream.forRefusals(0, (refusal, number) -> all.add(number + " " + refusal));
        return all;
    }
}
