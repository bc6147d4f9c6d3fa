package io.stele.runtime;

/**
 * The address of an actor. Holds no state of the actor: it stays good while the actor passivates, restarts or moves.
 *
 * <p>Any thread may use it.
 *
 * @param <M> the messages it takes
 */
public interface ActorRef<M> {

    /**
     * Hands over a message without waiting. Messages of one thread arrive in the order in which they were told.
     *
     * @return false if the mailbox is full or the system is closed; the message was not taken
     */
    boolean tell(M message);
}
