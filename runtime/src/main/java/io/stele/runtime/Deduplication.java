package io.stele.runtime;

import io.stele.spi.JournalException;
import io.stele.spi.PayloadCodec;
import io.stele.spi.PayloadCodecException;
import io.stele.spi.StoredType;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that a command with an id is carried out once, and that whoever asks again gets the original reply.
 *
 * <p>The id is stored with the events, in one record. The reply is known only after the events were applied, so it follows in a
 * note of its own, before it leaves. A crash between the two leaves an id without a reply, at the very end of the actor's
 * history: then nobody has got that reply yet, and it is worked out again from the state before the command and the state
 * after it, with the command that was sent again.
 *
 * <p>Confined to its actor.
 *
 * @param <E> events
 * @param <S> state
 */
final class Deduplication<E, S> {
    private static final Logger LOG = LoggerFactory.getLogger(Deduplication.class);

    private final EntityType<E, S> type;
    private final PayloadCodec codec;
    private final DeduplicationWindow window;
    private @Nullable Gap<S> gap;

    /** The one command whose reply was lost. */
    private record Gap<S>(String commandId, S before, S after) {}

    Deduplication(EntityType<E, S> type, PayloadCodec codec, Restored<E, S> restored) {
        this.type = type;
        this.codec = codec;
        this.window = restored.window();
        String commandId = restored.commandWithoutReply();
        if (commandId != null) {
            gap = new Gap<>(commandId, restored.stateBeforeBatch(), restored.state());
        }
    }

    /**
     * Answers a command that was carried out before.
     *
     * @return false if it was not, and is to be carried out now
     */
    boolean answer(Activation<E, S> activation, Command<?> command, Object message) {
        String commandId = command.commandId();
        DeduplicationWindow.Entry entry = commandId == null ? null : window.find(commandId);
        if (commandId == null || entry == null) {
            return false;
        }
        activation.answer(message, originalReply(activation, command, entry), type.durability);
        return true;
    }

    private @Nullable Object originalReply(
            Activation<E, S> activation, Command<?> command, DeduplicationWindow.Entry entry) {
        StoredType replyType = entry.type();
        byte[] reply = entry.reply();
        if (replyType != null && reply != null) {
            try {
                return codec.decode(replyType, ByteBuffer.wrap(reply));
            } catch (PayloadCodecException e) {
                return lost(activation, entry, e.getMessage());
            }
        }
        Gap<S> missing = gap;
        if (missing == null || !missing.commandId.equals(entry.commandId())) {
            return lost(activation, entry, "it could not be stored");
        }
        try {
            Effect<E, S, ?> effect = activation.decideAgain(missing.before, command);
            if (effect == null || effect.kind != Effect.Kind.EVENTS) {
                return lost(activation, entry, "the handler decides otherwise today");
            }
            Object worked = effect.reply.apply(missing.after);
            remember(activation, command, worked);
            gap = null;
            return worked;
        } catch (RuntimeException e) {
            return lost(activation, entry, e.toString());
        }
    }

    private static Ask.Refusal lost(
            Activation<?, ?> activation, DeduplicationWindow.Entry entry, @Nullable String reason) {
        return new Ask.Refusal(new ReplyLostException(
                "command was carried out before, but its reply is not known: persistenceId="
                        + activation.persistenceId() + ", commandId=" + entry.commandId() + ", sequenceNumber="
                        + entry.sequenceNumber() + ", reason=" + reason,
                null));
    }

    /** Stores the reply of a command that has an id, right behind its events. */
    void remember(Activation<E, S> activation, Command<?> command, @Nullable Object reply) {
        String commandId = command.commandId();
        if (commandId == null || type.deduplicationWindow == 0) {
            return;
        }
        StoredType replyType = null;
        byte[] encoded = null;
        if (reply != null) {
            try {
                replyType = codec.typeOf(reply);
                encoded = activation.system().encode(reply);
                activation.system().appendReply(activation.stream(), activation.nowMs(), commandId, replyType, encoded);
            } catch (PayloadCodecException | JournalException e) {
                LOG.warn(
                        "reply cannot be stored, asking again will not give it: persistenceId={}, commandId={}, reason={}",
                        activation.persistenceId(),
                        commandId,
                        e.getMessage());
                replyType = null;
                encoded = null;
            }
        }
        window.put(new DeduplicationWindow.Entry(commandId, activation.sequenceNumber(), replyType, encoded));
    }

    List<DeduplicationWindow.Entry> entries() {
        return window.entries();
    }
}
