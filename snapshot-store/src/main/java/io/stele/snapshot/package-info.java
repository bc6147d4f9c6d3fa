/** Snapshots and indexes in RocksDB. Start at {@link io.stele.snapshot.RocksStores}. */
@NullMarked
package io.stele.snapshot;

import org.jspecify.annotations.NullMarked;
