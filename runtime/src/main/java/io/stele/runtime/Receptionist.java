package io.stele.runtime;

import java.util.List;

/**
 * Where actors are found by what they do.
 *
 * <pre>
 *   static final ServiceKey&lt;Quote&gt; PRICES = new ServiceKey&lt;&gt;("prices", Quote.class);
 *
 *   system.receptionist().register(PRICES, prices);
 *   system.receptionist().find(PRICES).get(0).tell(new Quote("tea"));
 *   system.receptionist().subscribe(PRICES, listings);       // told now, and whenever that changes
 * </pre>
 *
 * <p>An actor that stops vanishes by itself. One that restarts, and a persistent one that passivates, stays. What is found may have
 * stopped by the time it is told something: this says who was there, as any directory does, and one that is shared by several nodes says
 * it later. Order between keys is not kept.
 *
 * <h2>Threads</h2>
 * Any thread; nothing waits.
 */
public interface Receptionist {

    /**
     * Has an actor found under a key, until it stops. Twice changes nothing.
     *
     * @param <M> the messages that the key stands for, all of which the actor takes
     * @throws IllegalArgumentException if it is not the address of an actor of this system, or the key is known with another message type
     */
    <M> void register(ServiceKey<M> key, ActorRef<? super M> actor);

    /** Takes that back. */
    void deregister(ServiceKey<?> key, ActorRef<?> actor);

    /**
     * Returns who is found under a key now, in the order in which they came.
     *
     * @param <M> the messages that they take
     */
    <M> List<ActorRef<M>> find(ServiceKey<M> key);

    /**
     * Tells {@code subscriber} who is found under a key: now, and after every change, until it is taken back. If it does not take a
     * listing, its mailbox being full for instance, it is told with the next change.
     *
     * @param <M> the messages that they take
     */
    <M> void subscribe(ServiceKey<M> key, ActorRef<Listing<M>> subscriber);

    /** Takes that back. */
    void unsubscribe(ServiceKey<?> key, ActorRef<?> subscriber);
}
