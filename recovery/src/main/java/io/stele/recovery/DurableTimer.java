package io.stele.recovery;

import io.stele.spi.PersistenceId;
import io.stele.spi.StoredType;
import java.nio.ByteBuffer;

/**
 * A command that an actor has promised itself for later. It stands in the actor's own history: see {@link TimerNote}.
 *
 * @param persistenceId whose
 * @param name what the actor calls it; no other timer of the same actor has that name
 * @param dueMs when the command is to be given, in milliseconds since 1970
 * @param type what the command is stored as
 * @param command the encoded command, from position to limit; leave it as it is
 */
public record DurableTimer(PersistenceId persistenceId, String name, long dueMs, StoredType type, ByteBuffer command) {}
