package io.stele.runtime;

import io.stele.recovery.HashPoint;
import io.stele.recovery.StateMismatchException;
import io.stele.spi.PayloadCodec;
import io.stele.spi.PersistenceId;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the states that one recovery comes to with the hashes that stand in the journal behind them. A hash comes in a note
 * some events later, so the newest states that may have one are kept until then.
 *
 * <p>Confined to its recovery.
 */
final class StateComparison {
    private static final Logger LOG = LoggerFactory.getLogger(StateComparison.class);
    /** States that wait for their hash. Older ones are let go, and not compared. */
    private static final int KEPT_MAX = 8;

    private final EntityType<?, ?> type;
    private final PayloadCodec codec;
    private final Deque<Candidate> kept = new ArrayDeque<>(0);
    private long batchStart;
    private long agreeing;
    private boolean isOver;

    private record Candidate(long sequenceNumber, Object state) {}

    StateComparison(EntityType<?, ?> type, PayloadCodec codec) {
        this.type = type;
        this.codec = codec;
    }

    /** Recovery starts from this state, or begins again. */
    void onStart(long sequenceNumber, Object state) {
        kept.clear();
        agreeing = sequenceNumber;
        if (sequenceNumber > 0) {
            keep(sequenceNumber, state);
        }
    }

    /** An event was applied. */
    void onEvent(long sequenceNumber, int batchIndex, int batchCount, Object state) {
        if (batchIndex == 0) {
            batchStart = sequenceNumber;
        }
        if (batchIndex == batchCount - 1
                && StateHashes.isDue(type.stateHashEvery, sequenceNumber, sequenceNumber - batchStart + 1)) {
            keep(sequenceNumber, state);
        }
    }

    /** An event is left out by decision: from here on the state is another one than it was when hashes were taken. */
    void onSkipped() {
        isOver = true;
        kept.clear();
    }

    private void keep(long sequenceNumber, Object state) {
        if (!isOver && type.stateHashCheck != StateHashCheck.OFF) {
            kept.add(new Candidate(sequenceNumber, state));
            if (kept.size() > KEPT_MAX) {
                kept.remove();
            }
        }
    }

    /**
     * Compares, if the note is a hash and the state that it is of is there.
     *
     * @throws StateMismatchException if they differ and the actor is to be refused then
     */
    void onNote(PersistenceId persistenceId, ByteBuffer metadata) {
        HashPoint recorded = kept.isEmpty() ? null : HashPoint.find(metadata);
        if (recorded == null) {
            return;
        }
        while (!kept.isEmpty() && kept.element().sequenceNumber <= recorded.sequenceNumber()) {
            Candidate candidate = kept.remove();
            if (candidate.sequenceNumber == recorded.sequenceNumber()) {
                compare(persistenceId, recorded, HashPoint.of(candidate.sequenceNumber, candidate.state, codec));
            }
        }
    }

    private void compare(PersistenceId persistenceId, HashPoint recorded, HashPoint computed) {
        if (!recorded.isComparable(computed)) {
            return;
        }
        if (recorded.hash() == computed.hash()) {
            agreeing = recorded.sequenceNumber();
            return;
        }
        StateMismatchException mismatch = new StateMismatchException(persistenceId, recorded, computed, agreeing);
        if (type.stateHashCheck == StateHashCheck.REFUSE) {
            throw mismatch;
        }
        LOG.warn("actor goes on although {}", mismatch.getMessage());
    }
}
