package io.stele.runtime;

import io.stele.spi.JournalException;
import io.stele.spi.PayloadCodec;
import io.stele.spi.PayloadCodecException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that a command with an id is carried out once, and that whoever asks again gets the original reply.
 *
 * <p>The id is stored with the events, in one record. The reply is known only after the events were applied, so it follows in a
 * note of its own, before it leaves. A crash between the two leaves an id without a reply. Nobody has got that reply yet, so it
 * may be worked out again, from the states before and after the command ({@link Restored} keeps them) and the command that is
 * sent again.
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

    Deduplication(EntityType<E, S> type, PayloadCodec codec, Restored<E, S> restored) {
        this.type = type;
        this.codec = codec;
        this.window = restored.window();
    }

    /**
     * Answers a command that was carried out before.
     *
     * @return false if it was not, and is to be carried out now
     */
    boolean answer(Activation<E, S> activation, Command<?> command, Object message) {
        String commandId = GivenIdCommand.idOf(message, command);
        DeduplicationWindow.Entry entry = commandId == null ? null : window.find(commandId);
        if (commandId == null || entry == null) {
            return false;
        }
        activation.answer(message, originalReply(activation, command, entry), type.durability);
        return true;
    }

    private @Nullable Object originalReply(
            Activation<E, S> activation, Command<?> command, DeduplicationWindow.Entry entry) {
        DeduplicationWindow.Value reply = entry.reply();
        DeduplicationWindow.Lost states = entry.lost();
        try {
            if (reply != null) {
                return reply.decode(codec);
            }
            return states == null
                    ? lost(activation, entry, "it could not be stored")
                    : workOut(activation, command, entry, states);
        } catch (RuntimeException e) {
            return lost(activation, entry, e.toString());
        }
    }

    @SuppressWarnings("unchecked")
    private @Nullable Object workOut(
            Activation<E, S> activation,
            Command<?> command,
            DeduplicationWindow.Entry entry,
            DeduplicationWindow.Lost states) {
        Effect<E, S, ?> effect = activation.decideAgain((S) today(states.before()), command);
        if (effect == null || effect.kind != Effect.Kind.EVENTS) {
            return lost(activation, entry, "the handler decides otherwise today");
        }
        Object reply = effect.reply.apply((S) today(states.after()));
        remember(activation, command.commandId(), reply);
        return reply;
    }

    private Object today(Object state) {
        return type.actor.upcasters().upcastState(state);
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
    void remember(Activation<E, S> activation, @Nullable String commandId, @Nullable Object reply) {
        if (commandId == null || type.deduplicationWindow == 0) {
            return;
        }
        DeduplicationWindow.Value value = null;
        try {
            value = reply == null || GivenIdCommand.hasNoReply(commandId)
                    ? null
                    : DeduplicationWindow.Value.of(codec, reply);
            if (value != null) {
                activation
                        .system()
                        .persistence()
                        .appendReply(activation.stream(), activation.nowMs(), commandId, value);
            }
        } catch (PayloadCodecException | JournalException e) {
            LOG.warn(
                    "reply cannot be stored, asking again will not give it: persistenceId={}, commandId={}, reason={}",
                    activation.persistenceId(),
                    commandId,
                    e.getMessage());
            value = null;
        }
        window.put(new DeduplicationWindow.Entry(commandId, activation.sequenceNumber(), value, null));
    }

    List<DeduplicationWindow.Entry> entries() {
        return window.entries();
    }
}
