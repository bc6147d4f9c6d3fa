package io.stele.runtime;

import io.stele.spi.Durability;
import io.stele.spi.PayloadCodec;
import io.stele.spi.PayloadCodecException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One kind of actor in one system: its handlers and settings, read once.
 *
 * @param <E> events
 * @param <S> state
 */
final class EntityType<E, S> {
    private static final Logger LOG = LoggerFactory.getLogger(EntityType.class);
    private static final int MAILBOX_CAPACITY_MAX = 1 << 20;

    final PersistentActor<E, S> actor;
    final Durability durability;
    final SnapshotPolicy snapshotPolicy;
    final ReplayCost replayCost = new ReplayCost();
    final int snapshotsKept;
    final int stateHashEvery;
    final StateHashCheck stateHashCheck;
    final Supervision supervision;
    final long passivateAfterNs;
    final int mailboxCapacity;
    final ActorOptions options;
    final int stashCapacity;
    final int deduplicationWindow;
    /** The class of the state, where the actor's own class says it; null otherwise. */
    final @Nullable Class<?> stateClass;

    /** What is counted about its actors; null if nothing is. */
    @Nullable TypeMeters meters;

    private @Nullable Kind kind;

    EntityType(PersistentActor<E, S> actor, PayloadCodec codec) {
        this(actor, codec, null);
    }

    /** One whose snapshots are taken as {@code policy} says, if there is one. */
    EntityType(PersistentActor<E, S> actor, PayloadCodec codec, @Nullable SnapshotPolicy policy) {
        this.actor = actor;
        durability = actor.durability();
        atLeast("snapshotEvery", actor.snapshotEvery(), 0);
        snapshotPolicy = policy == null ? actor.snapshotPolicy() : policy;
        snapshotsKept = atLeast("snapshotsKept", actor.snapshotsKept(), 1);
        stateHashEvery = atLeast("stateHashEvery", actor.stateHashEvery(), 0);
        stateHashCheck = actor.stateHashCheck();
        supervision = actor.supervision();
        passivateAfterNs = actor.passivateAfter().toNanos();
        mailboxCapacity = atLeast("mailboxCapacity", actor.mailboxCapacity(), 2);
        stashCapacity = atLeast("stashCapacity", actor.stashCapacity(), 0);
        deduplicationWindow = atLeast("deduplicationWindow", actor.deduplicationWindow(), 0);
        if (mailboxCapacity > MAILBOX_CAPACITY_MAX) {
            throw new IllegalArgumentException("mailboxCapacity is out of range: entityType=" + actor.entityType()
                    + ", mailboxCapacity=" + mailboxCapacity + ", mailboxCapacityMax=" + MAILBOX_CAPACITY_MAX);
        }
        options = actor.options();
        stateClass = stateClass(actor.getClass().getGenericSuperclass());
        actor.define();
        checkUpcasters();
        register(codec);
    }

    /** Says what its actors share in the system that runs them. Before any of them is there. */
    void runAs(Kind shared) {
        kind = shared;
    }

    Kind kind() {
        Kind shared = kind;
        assert shared != null : "actors are run by a system, which says what they share";
        return shared;
    }

    private int atLeast(String name, int value, int min) {
        if (value < min) {
            throw new IllegalArgumentException(name + " is out of range: entityType=" + actor.entityType() + ", " + name
                    + "=" + value + ", " + name + "Min=" + min);
        }
        return value;
    }

    /** What is upcast at recovery must not be handled live as well: the two would come to different states. */
    private void checkUpcasters() {
        for (Class<?> from : actor.upcasters().eventClasses()) {
            if (actor.eventHandlers().types().contains(from)) {
                throw new IllegalArgumentException(
                        "event has both a handler and an upcaster, which would take it at recovery alone: entityType="
                                + actor.entityType() + ", event=" + from.getName());
            }
        }
    }

    /**
     * Tells the codec every class that this kind of actor may have stored, so that recovery can read it. Events and state must be
     * storable; a reply need not be, only commands with an id have theirs stored.
     */
    private void register(PayloadCodec codec) {
        arguments(actor.getClass().getGenericSuperclass()).forEach(codec::register);
        actor.eventHandlers().types().forEach(codec::register);
        actor.upcasters().eventClasses().forEach(codec::register);
        actor.upcasters().stateClasses().forEach(codec::register);
        actor.storedTypes().forEach(codec::register);
        codec.register(Done.class);
        for (Class<?> command : actor.commandHandlers().types()) {
            for (Type implemented : command.getGenericInterfaces()) {
                arguments(implemented).forEach(reply -> registerReply(codec, reply));
            }
        }
    }

    private static @Nullable Class<?> stateClass(Type superclass) {
        if (!(superclass instanceof ParameterizedType parameterized)
                || parameterized.getRawType() != PersistentActor.class) {
            return null;
        }
        Type state = parameterized.getActualTypeArguments()[1];
        Type raw = state instanceof ParameterizedType generic ? generic.getRawType() : state;
        return raw instanceof Class<?> known ? known : null;
    }

    private void registerReply(PayloadCodec codec, Class<?> reply) {
        try {
            codec.register(reply);
        } catch (PayloadCodecException e) {
            LOG.debug(
                    "reply cannot be stored: entityType={}, reply={}, reason={}",
                    actor.entityType(),
                    reply.getName(),
                    e.getMessage());
        }
    }

    private static List<Class<?>> arguments(Type type) {
        List<Class<?>> classes = new ArrayList<>();
        if (type instanceof ParameterizedType parameterized) {
            for (Type argument : parameterized.getActualTypeArguments()) {
                if (argument instanceof Class<?> known) {
                    classes.add(known);
                } else if (argument instanceof ParameterizedType nested
                        && nested.getRawType() instanceof Class<?> raw) {
                    classes.add(raw);
                }
            }
        }
        return classes;
    }
}
