package io.stele.remote;

import io.stele.runtime.ActorException;
import java.util.function.LongConsumer;

/**
 * Messages of a persistent actor that must arrive, whatever dies meanwhile: the journal of the actor is where they are kept.
 *
 * <pre>
 *   event handler    Sent(number, message) ──&gt; state: pending messages by number;  Arrived(upTo) ──&gt; they are gone
 *   command handler  persist(new Sent(…)).thenRun(state -&gt; outbox.send(number, message))
 *   afterRecovery    state.pending().forEach(outbox::send)
 *   arrived          upTo -&gt; self.tell(new Arrive(upTo))       which persists Arrived
 * </pre>
 *
 * <p>The numbers are the actor's own and follow each other: 1, 2, 3 … Together with the key they are the same after a crash, so the peer
 * knows a message again that had arrived before it. It forgets that in a crash of its own, but a persistent actor does not: see
 * {@link RemoteNode#reliable}.
 *
 * <p>Any thread.
 *
 * @param <M> the messages
 */
public final class Outbox<M> {
    private final RemoteTarget target;
    private final RemoteNode node;
    private final String key;
    private final LongConsumer arrived;
    private final LongConsumer refused;
    private ReliableStream stream;
    private long last;
    private boolean begun;

    Outbox(RemoteNode node, RemoteTarget target, String key, LongConsumer arrived, LongConsumer refused) {
        this.node = node;
        this.target = target;
        this.key = key;
        this.arrived = arrived;
        this.refused = refused;
        stream = newStream(0);
    }

    private ReliableStream newStream(long lastNumber) {
        ReliableStream made = node.newReliableStream(target.association, "outbox-" + key, lastNumber);
        made.progress(new ReliableStream.Progress() {
            @Override
            public void onArrived(long upTo) {
                arrived.accept(upTo);
            }

            @Override
            public void onRejected(Outgoing.Numbered message, ActorException cause) {
                refused.accept(message.number);
            }
        });
        return made;
    }

    /**
     * Has a message sent until it has arrived. One that is under way already is not sent twice, so whoever is not sure may send it again.
     *
     * @param number the next of the actor's numbers; the first may be any, and all before it count as arrived
     * @return false if there is no room now; to be sent again later, for instance by a timer or at the next recovery
     * @throws IllegalArgumentException if a number is left out
     */
    public synchronized boolean send(long number, M message) {
        if (!begun) {
            stream = newStream(number - 1);
            last = number - 1;
            begun = true;
        }
        if (number <= last) {
            return true;
        }
        if (number != last + 1) {
            throw new IllegalArgumentException(
                    "number of a message is not the next: number=" + number + ", last=" + last + ", key=" + key);
        }
        if (!stream.reserve()) {
            return false;
        }
        if (!target.stream.offerReliable(new Outgoing.Numbered(target, message, stream))) {
            stream.unreserve();
            return false;
        }
        last = number;
        return true;
    }

    /** Returns how many are under way. */
    public int unacknowledged() {
        return stream.count();
    }
}
