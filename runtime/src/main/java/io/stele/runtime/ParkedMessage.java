package io.stele.runtime;

/**
 * A message that an actor failed on for good.
 *
 * @param number counts from 1, within one system
 * @param actor the path of a plain actor, the persistence id of a persistent one
 * @param message as it was sent
 * @param reason what the handler threw, in one line
 * @param epochMs when that was, in milliseconds since 1970
 */
public record ParkedMessage(long number, String actor, Object message, String reason, long epochMs) {}
