package io.stele.runtime;

import io.stele.spi.Durability;
import io.stele.spi.PayloadCodec;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Set;

/**
 * One kind of actor in one system: its handlers and settings, read once.
 *
 * @param <E> events
 * @param <S> state
 */
final class EntityType<E, S> {
    private static final int MAILBOX_CAPACITY_MAX = 1 << 20;

    final PersistentActor<E, S> actor;
    final Durability durability;
    final int snapshotEvery;
    final int snapshotsKept;
    final long passivateAfterNs;
    final int mailboxCapacity;
    final int stashCapacity;
    final int deduplicationWindow;

    EntityType(PersistentActor<E, S> actor, PayloadCodec codec) {
        this.actor = actor;
        durability = actor.durability();
        snapshotEvery = atLeast("snapshotEvery", actor.snapshotEvery(), 0);
        snapshotsKept = atLeast("snapshotsKept", actor.snapshotsKept(), 1);
        passivateAfterNs = actor.passivateAfter().toNanos();
        mailboxCapacity = atLeast("mailboxCapacity", actor.mailboxCapacity(), 2);
        stashCapacity = atLeast("stashCapacity", actor.stashCapacity(), 0);
        deduplicationWindow = atLeast("deduplicationWindow", actor.deduplicationWindow(), 0);
        if (mailboxCapacity > MAILBOX_CAPACITY_MAX) {
            throw new IllegalArgumentException("mailboxCapacity is out of range: entityType=" + actor.entityType()
                    + ", mailboxCapacity=" + mailboxCapacity + ", mailboxCapacityMax=" + MAILBOX_CAPACITY_MAX);
        }
        actor.define();
        register(codec);
    }

    private int atLeast(String name, int value, int min) {
        if (value < min) {
            throw new IllegalArgumentException(name + " is out of range: entityType=" + actor.entityType() + ", " + name
                    + "=" + value + ", " + name + "Min=" + min);
        }
        return value;
    }

    /** Tells the codec every class that this kind of actor may have stored, so that recovery can read it. */
    private void register(PayloadCodec codec) {
        codec.register(Done.class);
        registerArguments(codec, actor.getClass().getGenericSuperclass());
        actor.eventHandlers().types().forEach(codec::register);
        Set<Class<?>> commands = actor.commandHandlers().types();
        for (Class<?> command : commands) {
            for (Type implemented : command.getGenericInterfaces()) {
                registerArguments(codec, implemented);
            }
        }
        actor.storedTypes().forEach(codec::register);
    }

    private static void registerArguments(PayloadCodec codec, Type type) {
        if (type instanceof ParameterizedType parameterized) {
            for (Type argument : parameterized.getActualTypeArguments()) {
                if (argument instanceof Class<?> known) {
                    codec.register(known);
                } else if (argument instanceof ParameterizedType nested
                        && nested.getRawType() instanceof Class<?> raw) {
                    codec.register(raw);
                }
            }
        }
    }
}
