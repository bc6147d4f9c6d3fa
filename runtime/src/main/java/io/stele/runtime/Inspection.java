package io.stele.runtime;

import io.stele.recovery.DurableTimer;
import io.stele.recovery.Moment;
import io.stele.spi.Durability;
import io.stele.spi.PayloadCodec;
import io.stele.spi.PersistenceId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the actors of a system from outside, for people: pages, command lines, reports.
 *
 * <p>Nobody is stopped for it. What is returned was so a moment ago, each line for itself; every list has a bound.
 *
 * <h2>Threads</h2>
 * Any thread; works on the one that calls. A call costs a walk over what is in memory, of the kind that is asked for.
 */
public final class Inspection {
    private final LocalActor<Object> root;
    private final @Nullable Persistence persistence;

    Inspection(LocalActor<Object> root, @Nullable Persistence persistence) {
        this.root = root;
        this.persistence = persistence;
    }

    /** What an actor does at the moment. */
    public enum Status {
        /** Nothing to do. */
        IDLE,
        /** Has a turn, or one coming. */
        RUNNING,
        /** Waits for the disk, for its recovery, or for a backoff to pass. */
        WAITING,
        /** Gone, or about to be. */
        STOPPED
    }

    /**
     * A plain actor in its tree.
     *
     * @param path from the top, such as {@code /orders/mailer}
     * @param status what it does
     * @param childCount how many children it has
     * @param waitingCount how many messages wait for it, about
     * @param mailboxCapacity how many may
     * @param restartCount how often it was restarted since it was started
     */
    public record Node(
            String path, Status status, int childCount, int waitingCount, int mailboxCapacity, int restartCount) {}

    /**
     * A kind of persistent actor.
     *
     * @param entityType the name its events are stored under
     * @param className of its handlers
     * @param durability what its replies survive
     * @param activeCount how many are in memory
     * @param waitingCount how many messages wait for them together, about
     * @param mailboxCapacity how many may wait for one
     * @param dispatcher the name of the threads that run it
     */
    public record TypeLine(
            String entityType,
            String className,
            Durability durability,
            int activeCount,
            long waitingCount,
            int mailboxCapacity,
            String dispatcher) {}

    /**
     * An actor for which messages wait, or a persistent one that is in memory.
     *
     * @param actor its path or persistence id
     * @param status what it does
     * @param waitingCount how many messages wait for it, about
     * @param mailboxCapacity how many may
     */
    public record MailboxLine(String actor, Status status, int waitingCount, int mailboxCapacity) {}

    /**
     * Returns the children of a plain actor, first started first.
     *
     * @param path of the parent; {@code /} for the top
     * @param countMax at most so many, at least 1
     * @throws IllegalArgumentException if there is no living actor of that path
     */
    public List<Node> children(String path, int countMax) {
        LocalActor<?> parent = find(path);
        return childrenOf(parent).stream().limit(countMax).map(Inspection::node).toList();
    }

    private LocalActor<?> find(String path) {
        LocalActor<?> found = root;
        for (String name : path.split("/", -1)) {
            if (!name.isEmpty()) {
                found = childrenOf(found).stream()
                        .filter(child -> child.path().endsWith("/" + name))
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException("no living actor has that path: path=" + path));
            }
        }
        return found;
    }

    private static List<LocalActor<?>> childrenOf(LocalActor<?> actor) {
        Children children = actor.children;
        return children == null ? List.of() : children.inOrder();
    }

    private static Node node(LocalActor<?> actor) {
        Control<?> control = actor.control;
        return new Node(
                actor.path(),
                status(actor),
                childrenOf(actor).size(),
                actor.waitingCount(),
                actor.kind.options.mailbox().capacity(),
                control == null ? 0 : control.restartCount());
    }

    private static Status status(Cell cell) {
        return switch (cell.status) {
            case Cell.IDLE -> Status.IDLE;
            case Cell.SCHEDULED -> Status.RUNNING;
            case Cell.WAITING -> Status.WAITING;
            default -> Status.STOPPED;
        };
    }

    /** Returns the kinds of persistent actors that are known, by name. */
    public List<TypeLine> types() {
        if (persistence == null) {
            return List.of();
        }
        List<TypeLine> lines = new ArrayList<>();
        for (EntityType<?, ?> type : persistence.entities().types()) {
            int active = 0;
            long waiting = 0;
            for (Entity<?, ?> entity : persistence.entities().all()) {
                if (entity.type == type) {
                    active++;
                    waiting += entity.waitingCount();
                }
            }
            lines.add(new TypeLine(
                    type.actor.entityType(),
                    type.actor.getClass().getName(),
                    type.durability,
                    active,
                    waiting,
                    type.options.mailbox().capacity(),
                    type.options.dispatcher()));
        }
        lines.sort(Comparator.comparing(TypeLine::entityType));
        return lines;
    }

    /** Returns who has the most messages waiting, the fullest first; whoever has none is left out. */
    public List<MailboxLine> fullest(int countMax) {
        PriorityQueue<MailboxLine> fullest = new PriorityQueue<>(Comparator.comparingInt(MailboxLine::waitingCount));
        addFullest(root, fullest, countMax);
        if (persistence != null) {
            for (Entity<?, ?> entity : persistence.entities().all()) {
                add(entity, fullest, countMax);
            }
        }
        List<MailboxLine> lines = new ArrayList<>(fullest);
        lines.sort(Comparator.comparingInt(MailboxLine::waitingCount).reversed());
        return lines;
    }

    private static void addFullest(LocalActor<?> parent, PriorityQueue<MailboxLine> fullest, int countMax) {
        for (LocalActor<?> child : childrenOf(parent)) {
            add(child, fullest, countMax);
            addFullest(child, fullest, countMax);
        }
    }

    private static void add(Cell cell, PriorityQueue<MailboxLine> fullest, int countMax) {
        if (cell.waitingCount() > 0) {
            fullest.add(line(cell));
            if (fullest.size() > countMax) {
                fullest.remove();
            }
        }
    }

    private static MailboxLine line(Cell cell) {
        return new MailboxLine(
                cell.label(),
                status(cell),
                cell.waitingCount(),
                cell.kind.options.mailbox().capacity());
    }

    /** Returns persistent actors that are in memory, at most {@code countMax} of those whose id passes, in no particular order. */
    public List<MailboxLine> active(Predicate<PersistenceId> filter, int countMax) {
        List<MailboxLine> lines = new ArrayList<>();
        if (persistence != null) {
            for (Entity<?, ?> entity : persistence.entities().all()) {
                if (lines.size() == countMax) {
                    break;
                }
                if (filter.test(entity.persistenceId)) {
                    lines.add(line(entity));
                }
            }
        }
        return lines;
    }

    /**
     * Works out what an actor's state was at a moment, as {@link ActorSystem#stateAt} does, of a kind that is known by its name.
     *
     * @throws IllegalArgumentException if no class is known for its entity type
     */
    public PastState<?> stateAt(PersistenceId persistenceId, Moment moment) {
        Persistence stores = stores(persistenceId);
        return stores.stateAt(stores.entities().typeOf(persistenceId), persistenceId, moment);
    }

    private Persistence stores(PersistenceId persistenceId) {
        if (persistence == null) {
            throw new IllegalArgumentException(
                    "system has no journal, so it has no states to look back at: persistenceId=" + persistenceId);
        }
        return persistence;
    }

    /** Returns the codec of an actor, with which states that were worked out can be shown. */
    public PayloadCodec codec(PersistenceId persistenceId) {
        return stores(persistenceId).codec().forActor(persistenceId);
    }

    /**
     * Returns the durable timers that are due first, of the actors whose first timer is due first, as they stand in the journal. Costs a
     * read of the histories of so many actors.
     *
     * @param actorCountMax of how many actors
     * @throws io.stele.spi.JournalException if a history cannot be read
     */
    public List<DurableTimer> timers(int actorCountMax) {
        return persistence == null ? List.of() : persistence.timers().first(actorCountMax);
    }
}
