package io.stele.runtime;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The living children of one actor, in the order in which they were started: linked through the children themselves, so that one
 * without a name of its own costs nothing here.
 *
 * <p>Any thread.
 */
final class Children {
    private static final int NAME_LENGTH_MAX = 255;

    private final Map<String, LocalActor<?>> named = new HashMap<>(0);
    private @Nullable LocalActor<?> first;
    private @Nullable LocalActor<?> last;
    private int count;
    private int serial;

    /**
     * Adds a child.
     *
     * @throws IllegalArgumentException if its name is taken
     */
    synchronized void add(LocalActor<?> child) {
        String name = child.givenName();
        if (name != null && named.putIfAbsent(name, child) != null) {
            throw new IllegalArgumentException("name is taken by a living actor: path=" + child.path());
        }
        child.serial = ++serial;
        child.previous = last;
        if (last == null) {
            first = child;
        } else {
            last.next = child;
        }
        last = child;
        count++;
    }

    /** Removes a child that has stopped. */
    synchronized void remove(LocalActor<?> child) {
        String name = child.givenName();
        if (name != null) {
            named.remove(name, child);
        }
        if (child.previous == null) {
            first = child.next;
        } else {
            child.previous.next = child.next;
        }
        if (child.next == null) {
            last = child.previous;
        } else {
            child.next.previous = child.previous;
        }
        child.previous = null;
        child.next = null;
        count--;
    }

    /** Returns the one that is called so, by a name or as {@code $} and its number; null if there is none. */
    synchronized @Nullable LocalActor<?> find(String name) {
        if (!name.startsWith("$")) {
            return named.get(name);
        }
        for (LocalActor<?> child = last; child != null; child = child.previous) {
            if (child.givenName() == null && name.equals("$" + child.serial)) {
                return child;
            }
        }
        return null;
    }

    synchronized boolean isEmpty() {
        return count == 0;
    }

    /** Returns the children, first started first. */
    synchronized List<LocalActor<?>> inOrder() {
        List<LocalActor<?>> children = new ArrayList<>(count);
        for (LocalActor<?> child = first; child != null; child = child.next) {
            children.add(child);
        }
        return children;
    }

    static String checkName(String name) {
        if (name.isEmpty() || name.length() > NAME_LENGTH_MAX || name.charAt(0) == '$' || name.indexOf('/') >= 0) {
            throw new IllegalArgumentException("actor's name must have 1 to " + NAME_LENGTH_MAX
                    + " characters without a slash, the first not a dollar sign: name=" + name);
        }
        return name;
    }
}
