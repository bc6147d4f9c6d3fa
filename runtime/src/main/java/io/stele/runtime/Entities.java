package io.stele.runtime;

import io.stele.spi.PersistenceId;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.util.Collection;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The kinds of persistent actors that are known, and those actors that are in memory.
 *
 * <p>Any thread.
 */
final class Entities {
    private final ActorSystem system;
    private final Persistence persistence;
    private final Map<Class<?>, EntityType<?, ?>> types = new ConcurrentHashMap<>();
    private final Map<String, Class<?>> typeNames = new ConcurrentHashMap<>();
    private final Map<PersistenceId, Entity<?, ?>> entities = new ConcurrentHashMap<>();
    private final Watches watches = new Watches();

    Entities(ActorSystem system, Persistence persistence) {
        this.system = system;
        this.persistence = persistence;
    }

    /** Makes a kind of actor known. Throws as {@link ActorSystem#register} does. */
    void register(PersistentActor<?, ?> actor) {
        types.computeIfAbsent(actor.getClass(), type -> define(actor));
        persistence.timers().onRegistered(actor.entityType());
    }

    /** Returns a kind of actor, making it known if it is not. */
    EntityType<?, ?> known(Class<? extends PersistentActor<?, ?>> type) {
        EntityType<?, ?> known = types.get(type);
        if (known == null) {
            register(instantiate(type));
            known = types.get(type);
        }
        assert known != null : "registered above";
        return known;
    }

    /** Returns a kind of actor by the name that its events are stored under. */
    EntityType<?, ?> typeOf(PersistenceId persistenceId) {
        Class<?> actor = typeNames.get(persistenceId.entityType());
        EntityType<?, ?> type = actor == null ? null : types.get(actor);
        if (type == null) {
            throw new IllegalArgumentException(
                    "kind of actor is not known, so register it first: persistenceId=" + persistenceId);
        }
        return type;
    }

    /**
     * Hands a message to an actor, bringing it into memory if need be.
     *
     * @return null if it was taken; otherwise why not
     */
    @Nullable ActorException deliver(EntityType<?, ?> type, PersistenceId persistenceId, Object message) {
        while (!system.isClosing()) {
            Entity<?, ?> entity = entities.get(persistenceId);
            if (entity == null) {
                ActorException refusal = persistence.quarantine().refusal(persistenceId);
                if (refusal != null) {
                    return refusal;
                }
                entity = entities.computeIfAbsent(persistenceId, id -> arrive(type, id));
            }
            Cell.Offer offer = entity.offer(message);
            if (offer != Cell.Offer.CLOSED) {
                return entity.refusal(offer);
            }
            entity.awaitForwarded();
        }
        return new ActorSystemClosedException("system is closed: persistenceId=" + persistenceId, null);
    }

    /** Returns how many messages wait for an actor, about; none if it is not in memory. */
    int waitingCount(PersistenceId persistenceId) {
        Entity<?, ?> entity = entities.get(persistenceId);
        return entity == null ? 0 : entity.mailbox.size();
    }

    private <E, S> Entity<E, S> arrive(EntityType<E, S> type, PersistenceId persistenceId) {
        if (type.meters != null) {
            type.meters.active.increment();
        }
        return new Entity<>(system, type, persistenceId);
    }

    /** An entity has left memory with nothing left to do. */
    void remove(Entity<?, ?> entity) {
        if (entities.remove(entity.persistenceId, entity) && entity.type.meters != null) {
            entity.type.meters.active.decrement();
        }
    }

    /** An entity has left memory, but messages wait: a successor takes its place with them, in their order. */
    <E, S> void replace(Entity<E, S> entity, Queue<Object> waiting) {
        Entity<E, S> successor = new Entity<>(system, entity.type, entity.persistenceId);
        successor.inherit(waiting);
        entities.replace(entity.persistenceId, entity, successor);
        successor.wake();
    }

    /** Runs an action while an actor is not in memory, and keeps it out until that is done; false if it is in memory. */
    boolean runWhileAbsent(PersistenceId persistenceId, Runnable action) {
        return entities.compute(persistenceId, (id, entity) -> {
                    if (entity == null) {
                        action.run();
                    }
                    return entity;
                })
                == null;
    }

    Watches watches() {
        return watches;
    }

    int count() {
        return entities.size();
    }

    boolean isEmpty() {
        return entities.isEmpty();
    }

    Collection<EntityType<?, ?>> types() {
        return types.values();
    }

    Collection<Entity<?, ?>> all() {
        return entities.values();
    }

    private <E, S> EntityType<E, S> define(PersistentActor<E, S> actor) {
        Class<?> other = typeNames.putIfAbsent(actor.entityType(), actor.getClass());
        if (other != null && other != actor.getClass()) {
            throw new IllegalArgumentException("two classes have the same entity type: entityType=" + actor.entityType()
                    + ", class=" + actor.getClass().getName() + ", other=" + other.getName());
        }
        EntityType<E, S> type = new EntityType<>(actor, system.codec(), persistence.snapshotPolicy());
        type.runAs(system.kind(type.options));
        SystemMeters meters = system.meters();
        type.meters = meters == null ? null : meters.entities(type, system);
        persistence.recovery().upcast(actor.entityType(), actor.upcasters());
        persistence.sweepRegularly(type.passivateAfterNs, () -> sweep(type));
        return type;
    }

    /** Lets idle actors of one kind leave memory. */
    private void sweep(EntityType<?, ?> type) {
        long sinceNs = system.clock().nanoTime() - persistence.lifetimeNs(type.passivateAfterNs);
        for (Entity<?, ?> entity : entities.values()) {
            if (entity.type == type) {
                entity.passivateIfIdleSince(sinceNs);
            }
        }
    }

    static PersistentActor<?, ?> instantiate(Class<? extends PersistentActor<?, ?>> type) {
        try {
            Constructor<? extends PersistentActor<?, ?>> constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true);
            return constructor.newInstance();
        } catch (NoSuchMethodException e) {
            throw new IllegalArgumentException(
                    "actor has no constructor without arguments, so register an instance first: class="
                            + type.getName(),
                    e);
        } catch (InvocationTargetException e) {
            throw new IllegalArgumentException(
                    "constructor of the actor threw: class=" + type.getName() + ", reason=" + e.getCause(), e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException("actor cannot be created: class=" + type.getName() + ", reason=" + e, e);
        }
    }
}
