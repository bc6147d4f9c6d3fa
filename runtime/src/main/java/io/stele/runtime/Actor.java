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
 * @param <M> the messages it takes
 */
@FunctionalInterface
public interface Actor<M> {

    /**
     * Handles one message.
     *
     * @param context valid during this call only
     * @throws Exception if it cannot; the message is dropped, and if somebody asked, that fails with
     *     {@link ActorFailedException}
     */
    void onMessage(M message, Context<M> context) throws Exception;
}
