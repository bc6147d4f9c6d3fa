/** Snapshots and indexes in RocksDB. Start at RocksSnapshotStore. */
@NullMarked
package io.stele.snapshot;

import org.jspecify.annotations.NullMarked;
