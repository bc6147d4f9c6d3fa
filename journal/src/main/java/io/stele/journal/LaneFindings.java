package io.stele.journal;

import io.stele.spi.OpeningReport;

/** What an opening finds and does in one lane, while it does. Confined to the thread that opens. */
final class LaneFindings {
    int segmentCount;
    long recordsScanned;
    boolean repaired;
    long rewrittenBytes;
    long cutBytes;
    long indexedBytes;

    OpeningReport.Lane toReport(int lane, LaneTail tail) {
        return new OpeningReport.Lane(
                lane,
                segmentCount,
                recordsScanned,
                !repaired,
                rewrittenBytes,
                cutBytes,
                tail.position(),
                tail.epoch(),
                indexedBytes);
    }
}
