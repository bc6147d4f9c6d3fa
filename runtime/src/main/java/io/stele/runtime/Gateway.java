package io.stele.runtime;

import io.opentelemetry.api.trace.SpanContext;
import io.stele.spi.Clock;
import io.stele.spi.PersistenceId;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Network} needs of the system that it belongs to. An application has no need of it.
 *
 * <p>Any thread; nothing waits.
 */
public final class Gateway {
    private final ActorSystem system;
    private final Network network;

    private Gateway(ActorSystem system, Network network) {
        this.system = system;
        this.network = network;
    }

    /**
     * Who can be found on a node under one name: see {@link ServiceKey}.
     *
     * @param name the name
     * @param messageType the name of the class of the messages, which is compared and never loaded
     * @param actors who
     */
    public record Offered(String name, String messageType, List<ActorRef<?>> actors) {
        /** Copies the list. */
        public Offered {
            actors = List.copyOf(actors);
        }
    }

    /** What became of a message that came from elsewhere. */
    public enum Offer {
        /** It is in the mailbox. */
        TAKEN,
        /** There is no room now. */
        FULL,
        /** Nobody is there any more. */
        GONE,
        /** It will not be taken: the circuit breaker is open, the actor is out of service, or the system closes. */
        REFUSED
    }

    /** Why an ask failed, as far as another node needs to know. Numbers are for ever. */
    public enum Failure {
        /** {@link ActorFailedException}. */
        FAILED(1),
        /** {@link MailboxFullException}. */
        MAILBOX_FULL(2),
        /** {@link UnhandledCommandException}. */
        UNHANDLED(3),
        /** {@link CommandRejectedException}, with its reason. */
        REJECTED(4),
        /** {@link OutcomeUnknownException}. */
        OUTCOME_UNKNOWN(5),
        /** {@link AskTimeoutException}. */
        TIMEOUT(6),
        /** {@link ActorStoppedException}. */
        STOPPED(7),
        /** {@link ActorSystemClosedException}. */
        CLOSED(8),
        /** {@link JournalUnavailableException}. */
        JOURNAL_UNAVAILABLE(9),
        /** {@link ReplyLostException}. */
        REPLY_LOST(10),
        /** {@link StashFullException}. */
        STASH_FULL(11),
        /** {@link CircuitOpenException}. */
        CIRCUIT_OPEN(12),
        /** Any other {@link ActorException}. */
        OTHER(0);

        private static final Failure[] BY_NUMBER = new Failure[values().length];

        static {
            for (Failure failure : values()) {
                BY_NUMBER[failure.number] = failure;
            }
        }

        private final int number;

        Failure(int number) {
            this.number = number;
        }

        /** Returns its number, from 0. */
        public int number() {
            return number;
        }

        /**
         * Returns whether the message was not handled, or its effect may not last, and the next try may go better: no room, no journal, no
         * service now.
         */
        public boolean isForNow() {
            return switch (this) {
                case MAILBOX_FULL, OUTCOME_UNKNOWN, STOPPED, CLOSED, JOURNAL_UNAVAILABLE, STASH_FULL, CIRCUIT_OPEN ->
                    true;
                case FAILED, UNHANDLED, REJECTED, TIMEOUT, REPLY_LOST, OTHER -> false;
            };
        }

        /** Returns the one with a number; {@link #OTHER} if it is not known here. */
        public static Failure of(int number) {
            return number < 0 || number >= BY_NUMBER.length ? OTHER : BY_NUMBER[number];
        }

        /** Returns what an exception is. */
        public static Failure of(Throwable cause) {
            if (cause instanceof CommandRejectedException) {
                return REJECTED;
            } else if (cause instanceof MailboxFullException) {
                return MAILBOX_FULL;
            } else if (cause instanceof UnhandledCommandException) {
                return UNHANDLED;
            } else if (cause instanceof OutcomeUnknownException) {
                return OUTCOME_UNKNOWN;
            } else if (cause instanceof AskTimeoutException) {
                return TIMEOUT;
            } else if (cause instanceof ActorStoppedException) {
                return STOPPED;
            }
            return ofSystem(cause);
        }

        private static Failure ofSystem(Throwable cause) {
            if (cause instanceof ActorSystemClosedException) {
                return CLOSED;
            } else if (cause instanceof JournalUnavailableException) {
                return JOURNAL_UNAVAILABLE;
            } else if (cause instanceof ReplyLostException) {
                return REPLY_LOST;
            } else if (cause instanceof StashFullException) {
                return STASH_FULL;
            } else if (cause instanceof CircuitOpenException) {
                return CIRCUIT_OPEN;
            }
            return cause instanceof ActorFailedException ? FAILED : OTHER;
        }

        /** Returns the exception that whoever asked gets. */
        public ActorException exception(String message, @Nullable Object reason) {
            return switch (this) {
                case FAILED -> new ActorFailedException(message, null);
                case MAILBOX_FULL -> new MailboxFullException(message, null);
                case UNHANDLED -> new UnhandledCommandException(message, null);
                case REJECTED -> new CommandRejectedException(reason == null ? message : reason);
                case OUTCOME_UNKNOWN -> new OutcomeUnknownException(message, null);
                case TIMEOUT -> new AskTimeoutException(message, null);
                case STOPPED -> new ActorStoppedException(message, null);
                case CLOSED -> new ActorSystemClosedException(message, null);
                case JOURNAL_UNAVAILABLE -> new JournalUnavailableException(message, null);
                case REPLY_LOST -> new ReplyLostException(message, null);
                case STASH_FULL -> new StashFullException(message, null);
                case CIRCUIT_OPEN -> new CircuitOpenException(message);
                case OTHER -> new ActorException(message, null);
            };
        }
    }

    /**
     * Makes a system a node of a network.
     *
     * @throws IllegalStateException if it is one already
     */
    public static Gateway open(ActorSystem system, Network network) {
        system.addresses().connect(network);
        return new Gateway(system, network);
    }

    /** Takes that back: addresses of other nodes are no longer understood. */
    public void close() {
        system.addresses().disconnect(network);
    }

    /** Returns where the system's time comes from. */
    public Clock clock() {
        return system.clock();
    }

    /** Returns a recipient of this node by what is behind the node in its address; null if nobody is there. */
    public @Nullable ActorRef<?> find(ActorAddress.Kind kind, String name) {
        try {
            return switch (kind) {
                case ACTOR -> system.addresses().find("/" + name);
                case ENTITY -> system.entity(PersistenceId.parse(name));
                case REPLY -> null;
            };
        } catch (IllegalArgumentException | IllegalStateException e) {
            return null; // no such kind of actor, or no journal
        }
    }

    /** Returns whether an actor has stopped for good. Somebody else may have its name. */
    public boolean isGone(ActorRef<?> actor) {
        return actor instanceof LocalActor<?> local && local.isClosed();
    }

    /** Returns what an actor of this system is called among all nodes; null if it is none, or has no name. */
    public @Nullable ActorAddress address(ActorRef<?> actor) {
        if (actor instanceof LocalActor<?> local && local.system == system) {
            String path = local.path();
            return path.isEmpty() ? null : new ActorAddress(network.node(), ActorAddress.Kind.ACTOR, path.substring(1));
        }
        if (actor instanceof LocalEntityRef entity && entity.system() == system) {
            return new ActorAddress(
                    network.node(),
                    ActorAddress.Kind.ENTITY,
                    entity.persistenceId().encoded());
        }
        return null;
    }

    /** Hands over a message that nobody waits for. */
    @SuppressWarnings("unchecked")
    public Offer tell(ActorRef<?> target, Object message) {
        if (target instanceof LocalActor<?> local) {
            return switch (local.offer(message)) {
                case TAKEN -> Offer.TAKEN;
                case FULL -> Offer.FULL;
                case CLOSED -> Offer.GONE;
                case OPEN -> Offer.REFUSED;
            };
        }
        if (target instanceof LocalEntityRef entity) {
            if (!(message instanceof Command<?>)) {
                return Offer.REFUSED;
            }
            ActorException refusal = system.deliver(entity.type(), entity.persistenceId(), message);
            return refusal == null ? Offer.TAKEN : refusal instanceof MailboxFullException ? Offer.FULL : Offer.REFUSED;
        }
        return ((ActorRef<Object>) target).tell(message) ? Offer.TAKEN : Offer.GONE;
    }

    /**
     * Hands over a message that comes again until it was handled. What a persistent actor is sent counts as handled once its reply has left,
     * so once its events are as durable as the actor wants them; what another actor is sent, once it is in the mailbox.
     *
     * @param messageId the same whenever the message comes again, and nobody else's: a command without an id of its own is carried out once
     *     under this one, as far as {@link PersistentActor#deduplicationWindow} reaches
     * @param handled told once, if the message was taken: null once it was handled, or why that failed; on any thread, so it must be quick
     */
    public Offer tellUntilHandled(
            ActorRef<?> target, Object message, String messageId, Consumer<@Nullable Throwable> handled) {
        if (!(target instanceof LocalEntityRef entity)) {
            Offer offer = tell(target, message);
            if (offer == Offer.TAKEN) {
                handled.accept(null);
            }
            return offer == Offer.REFUSED ? Offer.FULL : offer; // its circuit breaker will close again
        }
        if (!(message instanceof Command<?> command)) {
            return Offer.REFUSED;
        }
        boolean needsId = command.commandId() == null && entity.type().deduplicationWindow > 0;
        Ask<Object> ask = new Ask<>(needsId ? new GivenIdCommand(command, GivenIdCommand.PREFIX + messageId) : command);
        ActorException refusal = system.deliver(entity.type(), entity.persistenceId(), ask);
        if (refusal != null) {
            return Failure.of(refusal).isForNow() ? Offer.FULL : Offer.REFUSED;
        }
        var unused = ask.whenComplete((reply, failure) -> handled.accept(failure));
        return Offer.TAKEN;
    }

    /**
     * Hands over a message that somebody elsewhere waits for. It is not handled once its time is over.
     *
     * @param addressed whether the message names who is to get the reply, so that the stage only ever fails
     * @param timeoutNs how long somebody waits, from now; 0 for ever
     */
    public CompletionStage<Object> ask(ActorRef<?> target, Object message, boolean addressed, long timeoutNs) {
        Ask<Object> ask = Ask.<Object>pending(system.askTimeouts(), addressed).onlyInTime();
        ask.about(message);
        ActorException refusal = deliver(target, message, ask);
        if (refusal != null) {
            ask.fail(refusal);
        } else if (timeoutNs > 0 && !ask.isDone()) {
            system.askTimeouts().add(ask, timeoutNs);
        }
        return ask;
    }

    @SuppressWarnings("unchecked")
    private @Nullable ActorException deliver(ActorRef<?> target, Object message, Ask<Object> ask) {
        if (target instanceof LocalActor<?> local) {
            return local.refusal(local.offer(ask));
        }
        if (target instanceof LocalEntityRef entity) {
            return message instanceof Command<?>
                    ? system.deliver(entity.type(), entity.persistenceId(), ask)
                    : new UnhandledCommandException(
                            "persistent actors take commands only: persistenceId=" + entity.persistenceId()
                                    + ", message=" + message.getClass().getName(),
                            null);
        }
        return ((ActorRef<Object>) target).tell(message)
                ? null
                : new ActorStoppedException("nobody waits at that address any more: actor=" + target, null);
    }

    /**
     * Returns the span that the calling thread is in, as the W3C header {@code traceparent} has it, to be carried along with what it sends;
     * null if nobody records it, or the system does not trace.
     */
    public @Nullable String traceparent() {
        SpanContext current = system.tracing() == null ? null : Tracing.current();
        return current == null ? null : Tracing.traceparent(current);
    }

    /**
     * Does something in a trace that has begun on another node, in a span of its own.
     *
     * @param traceparent what {@link #traceparent} was there; null, or one that is not understood, is no trace
     * @param name the name of the span
     */
    public void inTrace(@Nullable String traceparent, String name, Runnable action) {
        Tracing tracing = system.tracing();
        if (tracing == null || traceparent == null) {
            action.run();
        } else {
            tracing.continued(traceparent, name, action);
        }
    }

    /** Starts to wait for a reply from elsewhere. */
    public <R> PendingReply<R> pending() {
        return Ask.pending(system.askTimeouts(), true);
    }

    /** Has {@code watcher} told when an actor of this system stops; see {@link ActorSystem#whenTerminated}. */
    public void watch(ActorRef<?> actor, Watcher watcher) {
        system.watch(actor, watcher);
    }

    /** Takes that back. */
    public void unwatch(ActorRef<?> actor, Watcher watcher) {
        system.unwatch(actor, watcher);
    }

    /** Returns who can be found on this node. */
    public List<Offered> services() {
        return system.localReceptionist().here();
    }

    /** Has {@code listener} told when that has changed; it must be quick and ask for nothing itself. */
    public void onServices(Runnable listener) {
        system.localReceptionist().onChange(listener);
    }

    /** Says who can be found on another node, instead of what was said before. */
    public void services(String node, List<Offered> offered) {
        system.localReceptionist().elsewhere(node, offered);
    }

    /** Counts a message that will never be handled. */
    public void deadLetter(Object message, String recipient, DeadLetter.Reason reason) {
        system.deadLetters().add(message, recipient, reason);
    }
}
