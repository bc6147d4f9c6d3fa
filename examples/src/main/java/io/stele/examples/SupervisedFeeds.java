package io.stele.examples;

import io.stele.runtime.Actor;
import io.stele.runtime.ActorRef;
import io.stele.runtime.Backoff;
import io.stele.runtime.Context;
import io.stele.runtime.Directive;
import io.stele.runtime.Supervision;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * Keeps one actor per price feed. One that loses its connection comes back with a new one, after a while that grows; one that gets a
 * line that it does not understand goes on; one that fails too often stops, and is forgotten.
 *
 * <pre>
 *   feeds ──┬── nyse      IllegalStateException (connection) ──&gt; restart, 20 ms, 40 ms, … 5 s
 *           ├── xetra     IllegalArgumentException (line)    ──&gt; resume
 *           └── …         five restarts in a minute          ──&gt; stop, onTerminated
 * </pre>
 */
public final class SupervisedFeeds implements Actor<SupervisedFeeds.Message> {
    /** What the actor takes. */
    public sealed interface Message {}

    /** A line that a feed has sent. */
    public record Line(String feed, String text) implements Message {}

    /** Asks for the last price of a feed; 0 if there is none. */
    public record LastPrice(String feed, ActorRef<Double> replyTo) implements Message {}

    /** Asks how many feeds there are. */
    public record CountFeeds(ActorRef<Integer> replyTo) implements Message {}

    /** What reads the prices out of a feed's lines: one connection. Throws {@link IllegalStateException} when it is lost. */
    @FunctionalInterface
    public interface Connection {
        /** Returns the price in a line. */
        double price(String line);
    }

    private final Function<String, Connection> connector;
    private final Map<ActorRef<?>, String> names = new HashMap<>();
    private final Map<String, ActorRef<Message>> feeds = new HashMap<>();

    /** Connects feeds with {@code connector}, by their names. */
    public SupervisedFeeds(Function<String, Connection> connector) {
        this.connector = connector;
    }

    @Override
    public Supervision childSupervision() {
        return Supervision.restart()
                .on(IllegalArgumentException.class, Directive.RESUME)
                .withLimit(5, Duration.ofMinutes(1))
                .withBackoff(Backoff.exponential(Duration.ofMillis(20), Duration.ofSeconds(5)));
    }

    @Override
    public void onMessage(Message message, Context<Message> context) {
        if (message instanceof Line line) {
            feed(line.feed(), context).tell(line);
        } else if (message instanceof LastPrice last) {
            feed(last.feed(), context).tell(last);
        } else if (message instanceof CountFeeds count) {
            count.replyTo().tell(feeds.size());
        }
    }

    private ActorRef<Message> feed(String name, Context<Message> context) {
        return feeds.computeIfAbsent(name, missing -> {
            ActorRef<Message> feed = context.spawn(missing, () -> new Feed(connector.apply(missing)));
            names.put(feed, missing);
            context.watch(feed);
            return feed;
        });
    }

    @Override
    public void onTerminated(ActorRef<?> other, Context<Message> context) {
        feeds.remove(names.remove(other));
    }

    /** One feed, with its connection, which a restart replaces. */
    private static final class Feed implements Actor<Message> {
        private final Connection connection;
        private double last;

        Feed(Connection connection) {
            this.connection = connection;
        }

        @Override
        public void onMessage(Message message, Context<Message> context) {
            if (message instanceof Line line) {
                last = connection.price(line.text());
            } else if (message instanceof LastPrice wanted) {
                wanted.replyTo().tell(last);
            }
        }
    }
}
