package io.stele.remote;

import io.stele.runtime.ActorException;
import io.stele.runtime.Gateway;
import org.jspecify.annotations.Nullable;

/** Something that waits to be sent. Most are told messages, for which the fields here are all that is needed. */
class Outgoing {
    final RemoteTarget target;
    final @Nullable Object message;
    /** The sender's span, if it is recorded. */
    final @Nullable String traceparent;

    Outgoing(RemoteTarget target, @Nullable Object message) {
        traceparent = target.association.gateway().traceparent();
        this.target = target;
        this.message = message;
    }

    /** A message that somebody waits for. */
    static final class Question extends Outgoing {
        final ReplyTable.Waiting<?> waiting;
        final boolean addressed;
        final long deadlineNs;

        Question(
                RemoteTarget target,
                Object message,
                ReplyTable.Waiting<?> waiting,
                boolean addressed,
                long deadlineNs) {
            super(target, message);
            this.waiting = waiting;
            this.addressed = addressed;
            this.deadlineNs = deadlineNs;
        }
    }

    /** The reply to a question of a peer. */
    static final class Answer extends Outgoing {
        final long id;

        Answer(RemoteTarget target, long id, @Nullable Object value) {
            super(target, value);
            this.id = id;
        }
    }

    /** What a question of a peer has failed with. */
    static final class Refusal extends Outgoing {
        final long id;
        final Gateway.Failure why;
        final String sentence;

        Refusal(RemoteTarget target, long id, Gateway.Failure why, String sentence, @Nullable Object reason) {
            super(target, reason);
            this.id = id;
            this.why = why;
            this.sentence = sentence;
        }
    }

    /** A message of a reliable stream. */
    static final class Numbered extends Outgoing {
        final ReliableStream stream;
        long number;
        int bytes;

        Numbered(RemoteTarget target, Object message, ReliableStream stream) {
            super(target, message);
            this.stream = stream;
        }
    }

    /** It will not be sent. */
    void fail(ActorException cause) {
        target.association.onUnsent(this, cause);
    }
}
