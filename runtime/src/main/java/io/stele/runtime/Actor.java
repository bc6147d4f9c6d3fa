package io.stele.runtime;

/**
 * An actor that lives in memory only: takes one message at a time, keeps what it likes in its fields, and loses it in a crash.
 * What must not be lost belongs to a {@link PersistentActor}.
 *
 * <pre>
 *   record Greet(String name, ActorRef&lt;String&gt; replyTo) {}
 *
 *   final class Greeter implements Actor&lt;Greet&gt; {
 *       private long count;
 *
 *       public void onMessage(Greet greet, Context&lt;Greet&gt; context) {
 *           count++;
 *           greet.replyTo().tell("Hello, " + greet.name());
 *       }
 *   }
 *
 *   ActorRef&lt;Greet&gt; greeter = system.spawn("greeter", Greeter::new);
 *   CompletionStage&lt;String&gt; greeting = greeter.ask(replyTo -&gt; new Greet("Ada", replyTo), Duration.ofSeconds(1));
 * </pre>
 *
 * <p>A lambda will do for an actor without fields: {@code system.spawn("log", () -> (line, context) -> LOG.info(line))}.
 *
 * <h2>Threads</h2>
 * Runs on one thread at a time, not always the same one; each message sees what the one before has written. A handler that waits
 * for something keeps a worker from others.
 *
 * <h2>Life</h2>
 * <pre>
 *   preStart ──&gt; messages ──&gt; (stop wanted) beforeShutdown, if the system closes ──&gt; children stop ──&gt; postStop
 *                   │    ^
 *              fails└────┘ preRestart ──&gt; children stop ──&gt; backoff ──&gt; a new object ──&gt; afterRestart
 * </pre>
 *
 * <p>Hooks run like the handler, one at a time, never at the same time as it. If {@link #preStart} or {@link #afterRestart} throws, or the
 * object cannot be made, the actor stops; where its parent's {@link #childSupervision} has a limit or a backoff, that is a failure like
 * any other. What another hook throws is logged and changes nothing.
 *
 * @param <M> the messages it takes
 */
@FunctionalInterface
public interface Actor<M> {

    /**
     * Handles one message.
     *
     * @param context valid during this call only
     * @throws Exception if it cannot; what becomes of the actor and of the message is for its parent to say, see
     *     {@link #childSupervision}
     */
    void onMessage(M message, Context<M> context) throws Exception;

    /**
     * Returns what becomes of a child that fails. Called once for every object. For actors that the system has started itself,
     * {@link ActorSystemBuilder#supervision} says it. Default: {@link Supervision#restart()}.
     */
    default Supervision childSupervision() {
        return Supervision.restart();
    }

    /** Called before the first message. */
    default void preStart(Context<M> context) throws Exception {}

    /**
     * Called on the object that has failed, before another takes its place; its children still live. Calls {@link #postStop} unless it is
     * overridden.
     *
     * @param cause what was thrown
     */
    default void preRestart(Throwable cause, Context<M> context) throws Exception {
        postStop(context);
    }

    /**
     * Called on the new object, before it gets a message. Calls {@link #preStart} unless it is overridden.
     *
     * @param cause what its predecessor threw
     */
    default void afterRestart(Throwable cause, Context<M> context) throws Exception {
        preStart(context);
    }

    /** Called before the actor and its children stop because the system closes. */
    default void beforeShutdown(Context<M> context) throws Exception {}

    /** Called when the actor has stopped, after its children. */
    default void postStop(Context<M> context) throws Exception {}

    /** Called when an actor that this one watches has stopped: see {@link Context#watch(ActorRef)}. */
    default void onTerminated(ActorRef<?> other, Context<M> context) throws Exception {}
}
