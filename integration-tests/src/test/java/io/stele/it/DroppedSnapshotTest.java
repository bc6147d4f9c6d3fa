package io.stele.it;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.stele.recovery.Recovery;
import io.stele.runtime.ActorSystem;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Snapshots of a state that the program no longer has: dropped in favour of the events, with one warning for all of them. */
final class DroppedSnapshotTest {
    @TempDir
    private Path directory;

    @Test
    void shouldWarnOncePerTypeAndRecoverFromTheEvents() {
        try (ActorSystem system = GoldenJournal.open(directory)) {
            system.register(new OldTicket());
            for (String id : List.of("1", "2", "3")) {
                system.entity(OldTicket.class, id)
                        .ask(new OldTicket.Do(List.of(
                                new OldTicket.Opened(1, id), new OldTicket.Viewed("a"), new OldTicket.Viewed("b"))))
                        .toCompletableFuture()
                        .join();
            }
        }
        ListAppender<ILoggingEvent> logged = new ListAppender<>();
        logged.start();
        Logger logger = (Logger) LoggerFactory.getLogger(Recovery.class);
        Level before = logger.getLevel();
        logger.setLevel(Level.WARN);
        logger.addAppender(logged);

        try (ActorSystem system = GoldenJournal.open(directory)) {
            for (String id : List.of("1", "2", "3")) {
                assertThat(system.entity(Ticket.class, id)
                                .ask(new Ticket.Get())
                                .toCompletableFuture()
                                .join()
                                .log())
                        .containsExactly("Opened[cents=1, title=" + id + ", urgency=NORMAL]");
            }
        } finally {
            logger.detachAppender(logged);
            logger.setLevel(before);
        }

        assertThat(logged.list)
                .singleElement()
                .satisfies(event -> assertThat(event.getFormattedMessage())
                        .contains("persistenceId=ticket/", "sequenceNumber=3", "type=old-ticket", "from the events"));
    }
}
