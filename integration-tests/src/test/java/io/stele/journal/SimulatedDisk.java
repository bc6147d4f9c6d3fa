package io.stele.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A disk that forgets. What is read and written are real files, which play the page cache; what a power cut would take back is
 * remembered beside them.
 *
 * <pre>
 *   write   ──&gt; cache, sector dirty                    what stood there before is kept
 *   force   ──&gt; dirty sectors are on the disk
 *   force that fails ──&gt; they are clean and not on the disk: the next force says yes and does nothing
 *   power cut ──&gt; every dirty sector is on the disk or is not; names change in order, up to some point
 * </pre>
 *
 * <p>A process that is killed stops between any two of its steps, or in the middle of a write. Confined to one thread.
 */
final class SimulatedDisk implements SegmentStorage {
    private static final String LIMBO = ".limbo-";

    private final Path limbo;
    private final SplittableRandom random;
    private final DiskFaults faults;
    private final Map<Path, Content> contents = new HashMap<>();
    private final Deque<NameChange> pending = new ArrayDeque<>();
    private final List<FileChannel> open = new ArrayList<>();
    private int limboCount;
    private boolean dead;
    private long stepsLeft = Long.MAX_VALUE;
    private boolean full;
    private boolean healthy;
    private int failedForces;
    private int lostSectors;
    private int tornFiles;

    SimulatedDisk(Path limbo, SplittableRandom random, DiskFaults faults) {
        this.limbo = limbo;
        this.random = random;
        this.faults = faults;
    }

    /**
     * What this disk does to those who trust it.
     *
     * @param sectorBytes what reaches the disk whole
     * @param forceFails how many of a thousand forces fail
     * @param writeBack how many of a thousand writes have an earlier sector reach the disk by itself
     * @param lost how many of a hundred dirty sectors a power cut takes
     */
    record DiskFaults(int sectorBytes, int forceFails, int writeBack, int lost) {}

    /** Ends a process in the middle of what it does. */
    static final class Killed extends Error {
        private static final long serialVersionUID = 1L;

        Killed() {
            super("killed", null, false, false);
        }
    }

    /** What of one file is not on the disk, and what is there instead. */
    private static final class Content {
        private final TreeMap<Long, byte[]> dirty = new TreeMap<>();
        private final TreeMap<Long, byte[]> given = new TreeMap<>();
        /** What was cut off: it is back, all of it, if the new length was never forced. */
        private final TreeMap<Long, byte[]> cut = new TreeMap<>();

        private long durableBytes;
    }

    /** A name that was made, moved or taken away, and where that which it stood for is now. */
    private record NameChange(
            Path directory,
            @Nullable Path from,
            @Nullable Path to,
            @Nullable Path replaced) {}

    /** Kills the process at the given step from now, 1 for the next. */
    void killAt(long steps) {
        stepsLeft = steps;
    }

    void spareIt() {
        stepsLeft = Long.MAX_VALUE;
    }

    boolean isDead() {
        return dead;
    }

    void full(boolean value) {
        full = value;
    }

    /** Has no fault from now on. */
    void heal() {
        healthy = true;
        full = false;
    }

    int failedForces() {
        return failedForces;
    }

    int lostSectors() {
        return lostSectors;
    }

    int tornFiles() {
        return tornFiles;
    }

    /** Counts one step of the process, at which it may be killed. */
    void step() {
        if (dead || --stepsLeft <= 0) {
            dead = true;
            throw new Killed();
        }
    }

    /** The process is gone: its files are closed, the page cache stays as it is. */
    void afterKill() throws IOException {
        for (FileChannel channel : open) {
            channel.close();
        }
        open.clear();
        dead = false;
        stepsLeft = Long.MAX_VALUE;
        full = false;
    }

    /** As {@link #afterKill}, and whatever was not forced is on the disk or not. */
    void afterPowerCut() throws IOException {
        afterKill();
        for (Map.Entry<Path, Content> entry : new TreeMap<>(contents).entrySet()) {
            lose(entry.getKey(), entry.getValue());
        }
        loseNames();
        contents.clear();
    }

    private void lose(Path path, Content content) throws IOException {
        if (content.dirty.isEmpty()
                && content.given.isEmpty()
                && content.cut.isEmpty()
                && Files.size(path) == content.durableBytes) {
            return;
        }
        int kept = 0;
        int lost = 0;
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            boolean sizeKept = random.nextBoolean();
            for (Map.Entry<Long, byte[]> sector : content.given.entrySet()) {
                channel.write(ByteBuffer.wrap(sector.getValue()), sector.getKey() * faults.sectorBytes);
                lost++;
            }
            for (Map.Entry<Long, byte[]> sector : content.dirty.entrySet()) {
                if (random.nextInt(100) < faults.lost) {
                    channel.write(ByteBuffer.wrap(sector.getValue()), sector.getKey() * faults.sectorBytes);
                    lost++;
                } else {
                    kept++;
                }
            }
            if (!sizeKept && !content.cut.isEmpty()) {
                for (Map.Entry<Long, byte[]> sector : content.cut.entrySet()) {
                    channel.write(ByteBuffer.wrap(sector.getValue()), sector.getKey() * faults.sectorBytes);
                    lost++;
                }
            } else if (!sizeKept && channel.size() > content.durableBytes && kept == 0) {
                channel.truncate(content.durableBytes);
            }
        }
        lostSectors += lost;
        tornFiles += lost > 0 && kept > 0 ? 1 : 0;
    }

    /** Undoes changes of names from the last one back, in each directory down to some point. */
    private void loseNames() throws IOException {
        Set<Path> reached = new HashSet<>();
        while (!pending.isEmpty()) {
            NameChange change = pending.removeLast();
            if (!reached.contains(change.directory) && random.nextBoolean()) {
                undo(change);
            } else {
                reached.add(change.directory);
            }
        }
    }

    private void undo(NameChange change) throws IOException {
        if (change.from == null && change.to != null) {
            Files.deleteIfExists(change.to);
        } else if (change.from != null && change.to != null) {
            Files.move(change.to, change.from, StandardCopyOption.REPLACE_EXISTING);
        }
        if (change.replaced != null) {
            Path back = change.to == null ? change.from : change.to;
            Files.move(change.replaced, back == null ? change.replaced : back, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    @Override
    public OpenFile open(Path file) throws IOException {
        step();
        return new SimulatedFile(file, channel(file));
    }

    @Override
    public OpenFile create(Path file) throws IOException {
        step();
        if (Files.exists(file)) {
            SimulatedFile existing = new SimulatedFile(file, channel(file));
            existing.resize(0);
            return existing;
        }
        Files.createFile(file);
        contents.put(file, new Content());
        pending.add(new NameChange(directoryOf(file), null, file, null));
        return new SimulatedFile(file, channel(file));
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        step();
        Path replaced = Files.exists(to) ? setAside(to) : null;
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        Content content = contents.remove(from);
        if (content != null) {
            contents.put(to, content);
        }
        pending.add(new NameChange(directoryOf(to), from, to, replaced));
    }

    @Override
    public void delete(Path file) throws IOException {
        step();
        if (Files.exists(file)) {
            pending.add(new NameChange(directoryOf(file), file, null, setAside(file)));
        }
    }

    private Path setAside(Path file) throws IOException {
        Path aside = limbo.resolve(LIMBO + limboCount++);
        Files.move(file, aside);
        Content content = contents.remove(file);
        if (content != null) {
            contents.put(aside, content);
        }
        return aside;
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        step();
        failSometimes(directory);
        for (NameChange change : List.copyOf(pending)) {
            if (change.directory.equals(directory)) {
                pending.remove(change);
                if (change.replaced != null) {
                    contents.remove(change.replaced);
                    Files.deleteIfExists(change.replaced);
                }
            }
        }
    }

    @Override
    public long usableBytes(Path directory) {
        return full ? 0 : Long.MAX_VALUE;
    }

    private void failSometimes(Path path) throws IOException {
        if (!healthy && faults.forceFails > 0 && random.nextInt(1_000) < faults.forceFails) {
            failedForces++;
            throw new IOException("Input/output error (simulated): " + path.getFileName());
        }
    }

    private FileChannel channel(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        open.add(channel);
        return channel;
    }

    private static Path directoryOf(Path file) {
        Path directory = file.getParent();
        if (directory == null) {
            throw new IllegalArgumentException("file is in no directory: file=" + file);
        }
        return directory;
    }

    private Content contentOf(Path path, FileChannel channel) throws IOException {
        Content content = contents.get(path);
        if (content == null) {
            content = new Content();
            content.durableBytes = channel.size();
            contents.put(path, content);
        }
        return content;
    }

    /** One open file. */
    private final class SimulatedFile implements OpenFile {
        private final FileChannel channel;
        private final Content content;
        private final Path path;

        SimulatedFile(Path path, FileChannel channel) throws IOException {
            this.path = path;
            this.channel = channel;
            this.content = contentOf(path, channel);
        }

        @Override
        public int read(ByteBuffer target, long offsetBytes) throws IOException {
            int start = target.position();
            while (target.hasRemaining() && channel.read(target, offsetBytes + target.position() - start) >= 0) {
                // a read may return less than was asked for
            }
            return target.position() - start;
        }

        @Override
        public void write(ByteBuffer source, long offsetBytes) throws IOException {
            if (dead || stepsLeft <= 1) {
                source.limit(source.position() + random.nextInt(source.remaining() + 1));
                writeAll(source, offsetBytes);
            }
            step();
            if (full && path.toString().endsWith(SegmentReserve.TEMPORARY_SUFFIX)) {
                throw new IOException("No space left on device (simulated)");
            }
            if (offsetBytes >= channel.size() && isZero(source)) {
                lengthen(offsetBytes + source.remaining());
                source.position(source.limit());
            } else {
                writeAll(source, offsetBytes);
            }
            if (random.nextInt(1_000) < faults.writeBack) {
                writeBackOne();
            }
        }

        private void writeAll(ByteBuffer source, long offsetBytes) throws IOException {
            touch(offsetBytes, source.remaining());
            long at = offsetBytes;
            while (source.hasRemaining()) {
                at += channel.write(source, at);
            }
        }

        /** Keeps what stands in the sectors that are about to be written. */
        private void touch(long offsetBytes, int count) throws IOException {
            if (count == 0) {
                return;
            }
            long last = (offsetBytes + count - 1) / faults.sectorBytes;
            for (long sector = offsetBytes / faults.sectorBytes; sector <= last; sector++) {
                byte[] before = content.given.remove(sector);
                if (!content.dirty.containsKey(sector)) {
                    content.dirty.put(sector, before == null ? current(sector) : before);
                }
            }
        }

        private void cutOff(long from, long to) throws IOException {
            for (long sector = from / faults.sectorBytes; sector <= (to - 1) / faults.sectorBytes; sector++) {
                byte[] clean = content.given.remove(sector);
                byte[] before = content.dirty.remove(sector);
                if (!content.cut.containsKey(sector)) {
                    content.cut.put(sector, before != null ? before : clean != null ? clean : current(sector));
                }
            }
        }

        private byte[] current(long sector) throws IOException {
            long from = sector * faults.sectorBytes;
            long end = Math.max(content.durableBytes, channel.size());
            int length = (int) Math.max(0, Math.min(faults.sectorBytes, end - from));
            ByteBuffer bytes = ByteBuffer.allocate(length == 0 ? faults.sectorBytes : length);
            read(bytes, from);
            return bytes.array();
        }

        private void writeBackOne() throws IOException {
            if (content.dirty.isEmpty()) {
                return;
            }
            Long sector = content.dirty.ceilingKey(random.nextLong(content.dirty.lastKey() + 1));
            if (sector != null) {
                content.dirty.put(sector, current(sector));
            }
        }

        private void lengthen(long sizeBytes) throws IOException {
            channel.write(ByteBuffer.wrap(new byte[1]), sizeBytes - 1);
        }

        @Override
        public void force(boolean metadata) throws IOException {
            step();
            boolean failed = false;
            try {
                failSometimes(path);
            } catch (IOException e) {
                failed = true;
                content.given.putAll(content.dirty);
                throw e;
            } finally {
                content.dirty.clear();
                if (!failed) {
                    content.cut.clear();
                    content.durableBytes = channel.size();
                }
            }
        }

        @Override
        public long sizeBytes() throws IOException {
            return channel.size();
        }

        @Override
        public void resize(long sizeBytes) throws IOException {
            step();
            long size = channel.size();
            if (sizeBytes < size) {
                cutOff(sizeBytes, size);
                channel.truncate(sizeBytes);
            } else if (sizeBytes > size) {
                lengthen(sizeBytes);
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
            open.remove(channel);
        }
    }

    private static boolean isZero(ByteBuffer bytes) {
        for (int i = bytes.position(); i < bytes.limit(); i++) {
            if (bytes.get(i) != 0) {
                return false;
            }
        }
        return true;
    }
}
