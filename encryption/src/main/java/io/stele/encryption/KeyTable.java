package io.stele.encryption;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The slots of a key file as they were found, one after the other, and which of them are damaged.
 *
 * <p>A slot of zeros is in order if a slot of kind FORGOTTEN names it. Any other slot without content may be one that a power cut left
 * out or tore, but only if nothing that was written later says that it was on disk for sure. The rest is damage: passing it over could
 * give somebody who was forgotten a new key, or leave somebody else without theirs.
 */
final class KeyTable {
    private final Path directory;
    private final Map<Long, KeySlot> slots = new HashMap<>();
    private final Set<Long> erased = new HashSet<>();
    private final List<Long> without = new ArrayList<>();
    private final List<Long> damaged = new ArrayList<>();
    private @Nullable KeySlot header;
    private long slotCount;
    private long durableCount;

    KeyTable(Path directory) {
        this.directory = directory;
    }

    /** Adds the next slot. */
    void add(byte[] bytes) {
        long index = slotCount++;
        KeySlot slot = KeySlot.decode(bytes);
        if (slot == null) {
            boolean isZero = Arrays.equals(bytes, new byte[KeySlot.BYTES]);
            (isZero || KeySlot.isTorn(bytes) ? without : damaged).add(index);
            return;
        }
        durableCount = Math.max(durableCount, slot.durableCount());
        if (index == 0) {
            header = slot;
        } else {
            slots.put(index, slot);
        }
        if (slot.kind() == KeySlot.FORGOTTEN && slot.reference() > 0) {
            erased.add(slot.reference());
        }
    }

    /**
     * Requires that no slot is damaged. After the last one was added.
     *
     * @throws EncryptionException if one is; names it
     */
    void requireSound() {
        if (slotCount > 0 && (header == null || header.kind() != KeySlot.HEADER)) {
            throw damaged(0);
        }
        if (!damaged.isEmpty()) {
            throw damaged(damaged.get(0));
        }
        for (long index : without) {
            if (index < durableCount && !erased.contains(index)) {
                throw damaged(index);
            }
        }
    }

    private EncryptionException damaged(long index) {
        return new EncryptionException(
                "key file is damaged; nothing was opened or changed, so that nobody who was forgotten gets a"
                        + " new key; take the file from a backup: file=" + directory.resolve(KeyFile.NAME) + ", slot="
                        + index
                        + ", offsetBytes=" + index * KeySlot.BYTES);
    }

    /** Returns the slots with content, but for the header, by index. */
    Map<Long, KeySlot> slots() {
        return slots;
    }

    /** Returns the first slot; null if the file is empty. */
    @Nullable KeySlot header() {
        return header;
    }

    /** Returns which slots a power cut left out or tore, so that they must be marked before others are written behind them. */
    List<Long> unwritten() {
        return without.stream().filter(index -> !erased.contains(index)).toList();
    }

    /** Returns how many slots there are. */
    long slotCount() {
        return slotCount;
    }
}
