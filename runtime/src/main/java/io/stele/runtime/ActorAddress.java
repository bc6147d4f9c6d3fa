package io.stele.runtime;

import io.stele.spi.PersistenceId;

/**
 * What an actor is called among all nodes.
 *
 * <pre>
 *   stele://orders-1/actor/desk/clerk            a plain actor, by its path
 *   stele://orders-1/entity/bank-account/42      a persistent one, by its persistence id
 *   stele://orders-1/reply/77                    who waits for one reply, or an address without a name
 * </pre>
 *
 * @param node the id of its node: 1 to {@value #NODE_LENGTH_MAX} of {@code A-Z a-z 0-9 . _ -}
 * @param kind what {@code name} means
 * @param name without a leading slash; 1 to {@value #NAME_LENGTH_MAX} characters, none of them a control character
 */
public record ActorAddress(String node, Kind kind, String name) {
    /** How every address of another node begins. */
    public static final String SCHEME = "stele://";

    /** The longest id of a node. */
    public static final int NODE_LENGTH_MAX = 128;

    /** The longest name. */
    public static final int NAME_LENGTH_MAX = 2_048;

    /** What kind of recipient it is. */
    public enum Kind {
        /** A plain actor. */
        ACTOR,
        /** A persistent actor. */
        ENTITY,
        /** Somebody who is good for one reply, or has no name. */
        REPLY;

        String word() {
            return switch (this) {
                case ACTOR -> "actor";
                case ENTITY -> "entity";
                case REPLY -> "reply";
            };
        }
    }

    /**
     * Checks all parts.
     *
     * @throws IllegalArgumentException if one is not acceptable
     */
    public ActorAddress {
        checkNode(node);
        if (name.isEmpty()
                || name.length() > NAME_LENGTH_MAX
                || name.startsWith("/")
                || name.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("name in an address must have 1 to " + NAME_LENGTH_MAX
                    + " characters, no leading slash and no control characters: node=" + node + ", length="
                    + name.length());
        }
        if (kind == Kind.ENTITY) {
            PersistenceId.parse(name);
        }
    }

    /**
     * Checks the id of a node.
     *
     * @return the id
     * @throws IllegalArgumentException if it is not acceptable
     */
    public static String checkNode(String node) {
        boolean valid = !node.isEmpty() && node.length() <= NODE_LENGTH_MAX;
        for (int i = 0; valid && i < node.length(); i++) {
            char c = node.charAt(i);
            valid = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || c == '.'
                    || c == '_'
                    || c == '-';
        }
        if (!valid) {
            throw new IllegalArgumentException("id of a node must be 1 to " + NODE_LENGTH_MAX
                    + " of A-Z, a-z, 0-9, '.', '_' and '-': length=" + node.length());
        }
        return node;
    }

    /**
     * Reads what {@link #toString} wrote.
     *
     * @throws IllegalArgumentException if it is no such address
     */
    public static ActorAddress parse(String text) {
        if (text.startsWith(SCHEME)) {
            int node = text.indexOf('/', SCHEME.length());
            int word = node < 0 ? -1 : text.indexOf('/', node + 1);
            if (word > 0) {
                String kind = text.substring(node + 1, word);
                for (Kind candidate : Kind.values()) {
                    if (candidate.word().equals(kind)) {
                        return new ActorAddress(
                                text.substring(SCHEME.length(), node), candidate, text.substring(word + 1));
                    }
                }
            }
        }
        throw new IllegalArgumentException(
                "address is not understood, write stele://node/actor/path or stele://node/entity/type/id: length="
                        + text.length());
    }

    /** Returns the persistence id that an address of a persistent actor names. */
    public PersistenceId persistenceId() {
        return PersistenceId.parse(name);
    }

    @Override
    public String toString() {
        return SCHEME + node + "/" + kind.word() + "/" + name;
    }
}
