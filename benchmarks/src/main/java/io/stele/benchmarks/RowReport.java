package io.stele.benchmarks;

import java.util.List;

/**
 * What one row has found.
 *
 * @param foreignCpuPct what others used of the machine in the rounds that count, in per cent of all processors
 * @param roundsSetAside how many rounds did not count because others used too much
 */
record RowReport(List<Check> checks, List<Figure> figures, Spread foreignCpuPct, int roundsSetAside) {}
