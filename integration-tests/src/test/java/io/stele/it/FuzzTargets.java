package io.stele.it;

import io.stele.codec.RecordCodec;
import io.stele.examples.BankAccount;
import io.stele.journal.JournalFuzz;
import io.stele.snapshot.SnapshotFuzz;
import io.stele.spi.PayloadCodecException;
import io.stele.spi.StoredType;
import io.stele.tools.ToolsFuzz;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Everything that reads bytes from outside, by name. A further one is a line here. */
final class FuzzTargets {
    private FuzzTargets() {}

    /**
     * Something that takes any bytes, and throws nothing but what it declares to itself.
     *
     * @param seeds inputs that are right, or nearly so
     */
    record Target(Consumer<byte[]> takes, List<byte[]> seeds) {}

    /**
     * Returns all of them.
     *
     * @param directory where those work that need files; empty
     */
    static Map<String, Target> all(Path directory) {
        JournalFuzz journal = new JournalFuzz(directory.resolve("journal"));
        ToolsFuzz tools = new ToolsFuzz(directory.resolve("tools"));
        Map<String, Target> targets = new LinkedHashMap<>();
        targets.put("record", new Target(journal::record, JournalFuzz.records()));
        targets.put("segment", new Target(journal::segment, JournalFuzz.segments()));
        targets.put("snapshot", new Target(SnapshotFuzz::snapshot, SnapshotFuzz.seeds()));
        targets.put("manifest", new Target(journal::manifest, JournalFuzz.manifests()));
        targets.put("import", new Target(tools::archive, ToolsFuzz.archives()));
        targets.put("arguments", new Target(tools::arguments, ToolsFuzz.commands()));
        targets.put("query", new Target(tools::query, ToolsFuzz.queries()));
        targets.put("payload", payload());
        return targets;
    }

    private static Target payload() {
        RecordCodec codec = RecordCodec.of();
        List<Object> samples = List.of(
                new BankAccount.Deposited(7),
                new BankAccount.Account(7, 1),
                new CompactingNode.Added("x"),
                new Reminder.Times(List.of(1L, 2L)));
        List<StoredType> types = samples.stream().map(codec::typeOf).toList();
        List<byte[]> seeds = new ArrayList<>();
        for (int i = 0; i < samples.size(); i++) {
            ByteBuffer bytes = ByteBuffer.allocate(1_000);
            bytes.put((byte) i);
            codec.encode(samples.get(i), bytes);
            seeds.add(Arrays.copyOf(bytes.array(), bytes.position()));
        }
        return new Target(data -> decode(codec, types, data), List.copyOf(seeds));
    }

    /** The first byte says which type the others are taken for. */
    private static void decode(RecordCodec codec, List<StoredType> types, byte[] data) {
        if (data.length == 0) {
            return;
        }
        try {
            codec.decode(
                    types.get(Math.floorMod(data[0], types.size())),
                    ByteBuffer.wrap(data, 1, data.length - 1).slice());
        } catch (PayloadCodecException e) {
            if (String.valueOf(e.getMessage()).isBlank()) {
                throw new IllegalStateException("error does not say what is wrong", e);
            }
        }
    }
}
