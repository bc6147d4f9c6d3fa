package io.stele.runtime;

/**
 * A failure that nobody in the tree has taken care of. The actor that it reached last has stopped.
 *
 * @param actor the path of a plain actor, the persistence id of a persistent one
 * @param cause what was thrown first
 */
public record Escalation(String actor, Throwable cause) {}
