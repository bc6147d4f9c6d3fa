package io.stele.spi;

/**
 * One actor's place in the journal: where its history ends. It grows by {@link EventJournal#append} alone.
 *
 * <p>Opened by {@link EventJournal#open}, closed when the actor passivates. There must be at most one open stream per
 * persistence id: the journal refuses a second one.
 *
 * <h2>Threads</h2>
 * Confined to its actor: one thread at a time, with a happens-before edge between them.
 */
public interface EventStream extends AutoCloseable {

    /** Returns whose history this is. */
    PersistenceId persistenceId();

    /** Returns which lane holds it, from 0 to {@link EventJournal#laneCount()} − 1. */
    int lane();

    /** Returns the number of the actor's last event; 0 if it has none. */
    long lastSequenceNumber();

    /** Returns the position of the actor's last record (event or note) in its lane; 0 if it has none. */
    long lastPosition();

    /** Gives the place back, so that the journal can forget about this actor. Closing twice does nothing. */
    @Override
    void close();
}
