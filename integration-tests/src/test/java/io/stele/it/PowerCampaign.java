package io.stele.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Cuts the power of real file systems on loop devices: the file system is shut down without its log while a stopped process has
 * acknowledged what it has, or the disk below it is copied between two blocks. Needs root, loop devices and xfsprogs.
 */
final class PowerCampaign {
    private static final int SEGMENT_BYTES = 128 << 20; // so that the 64 MiB block of Chronicle's default lies within
    private static final int SMALL_SEGMENT_BYTES = 8 << 20;
    private static final int PAYLOAD_BYTES = 4_000;

    private PowerCampaign() {}

    /** What came of it. */
    record Result(int cuts, long acknowledged, long events, long largestBytes) {
        Result plus(Result other) {
            return new Result(
                    cuts + other.cuts,
                    acknowledged + other.acknowledged,
                    events + other.events,
                    Math.max(largestBytes, other.largestBytes));
        }
    }

    static boolean isPossible() {
        return Files.exists(Path.of("/dev/loop-control"))
                && Shell.works("losetup", "-f")
                && Shell.works("mkfs.xfs", "-V")
                && Shell.works("xfs_io", "-V")
                && Shell.works("sh", "-c", "test $(id -u) = 0 && losetup -f >/dev/null && test -w /dev/loop-control");
    }

    /** One true cut. */
    static Result cut(Path root, String fileSystem, long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        boolean large = random.nextBoolean();
        int segmentBytes = large ? SEGMENT_BYTES : SMALL_SEGMENT_BYTES;
        Path image = image(root, "disk-" + seed, fileSystem, 900);
        Path mount = Files.createDirectories(root.resolve("mnt-" + seed));
        Path acks = root.resolve("acks-" + seed);
        try {
            Shell.run("mount", "-o", "loop", image.toString(), mount.toString());
            Process writer = writer(mount, acks, segmentBytes);
            Shell.awaitLine(writer, "ready");
            Shell.pause(200 + random.nextInt(large ? 3_000 : 1_200));
            Shell.run("kill", "-STOP", Long.toString(writer.pid()));
            Path told = Files.write(root.resolve("told-" + seed), Files.readAllBytes(acks));
            Shell.run("xfs_io", "-x", "-c", "shutdown", mount.toString());
            Shell.kill(writer);
            Shell.run("umount", mount.toString());
            Shell.run("mount", "-o", "loop", image.toString(), mount.toString());
            Writer.Found found =
                    Writer.check(mount.resolve("journal"), told, segmentBytes, fileSystem + ", seed=" + seed);
            return new Result(1, found.acknowledged(), found.events(), found.events() * PAYLOAD_BYTES);
        } finally {
            Shell.works("umount", mount.toString());
            Files.deleteIfExists(image);
        }
    }

    /** Many images of one run: copies of the disk that share its blocks, made while it is written. */
    static Result images(Path root, String fileSystem, long seed, int count) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        Path host = image(root, "host-" + seed, "xfs", 3_000);
        Path outer = Files.createDirectories(root.resolve("outer-" + seed));
        Path inner = Files.createDirectories(root.resolve("inner-" + seed));
        Path acks = root.resolve("acks-" + seed);
        Result total = new Result(0, 0, 0, 0);
        try {
            Shell.run("mount", "-o", "loop", host.toString(), outer.toString());
            Path disk = image(outer, "disk", fileSystem, 900);
            Shell.run("mount", "-o", "loop", disk.toString(), inner.toString());
            Process writer = writer(inner, acks, SMALL_SEGMENT_BYTES);
            Shell.awaitLine(writer, "ready");
            List<byte[]> told = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                Shell.pause(random.nextInt(60));
                told.add(Files.readAllBytes(acks));
                Shell.run("cp", "--reflink=always", disk.toString(), outer.resolve("s" + i) + "");
            }
            Shell.kill(writer);
            Shell.run("umount", inner.toString());
            for (int i = 0; i < count; i++) {
                Path toldHere = Files.write(root.resolve("told-" + seed), told.get(i));
                Shell.run("mount", "-o", "loop", outer.resolve("s" + i) + "", inner.toString());
                try {
                    Writer.Found found = Writer.check(
                            inner.resolve("journal"),
                            toldHere,
                            SMALL_SEGMENT_BYTES,
                            fileSystem + ", seed=" + seed + ", image=" + i);
                    total = total.plus(
                            new Result(1, found.acknowledged(), found.events(), found.events() * PAYLOAD_BYTES));
                } finally {
                    Shell.run("umount", inner.toString());
                }
                Files.delete(outer.resolve("s" + i));
            }
            return total;
        } finally {
            Shell.works("umount", inner.toString());
            Shell.works("umount", outer.toString());
            Files.deleteIfExists(host);
        }
    }

    /**
     * The same cut for a process that trusts {@code sync()} of Chronicle Queue every hundred records, as its documentation has it.
     *
     * @return how many acknowledged records are lost: the harness bites if that is not 0
     */
    static long lostByRawQueue(Path root, String fileSystem, long seed) throws IOException {
        Path image = image(root, "raw-" + seed, fileSystem, 1_500);
        Path mount = Files.createDirectories(root.resolve("mnt-raw-" + seed));
        Path acks = root.resolve("acks-raw-" + seed);
        try {
            Shell.run("mount", "-o", "loop", image.toString(), mount.toString());
            Process writer = Shell.java(List.of(), RawWriter.class, mount.resolve("queue") + "", acks.toString());
            Shell.awaitLine(writer, "crossed");
            Shell.run("kill", "-STOP", Long.toString(writer.pid()));
            long told = RawWriter.acknowledged(acks);
            Shell.run("xfs_io", "-x", "-c", "shutdown", mount.toString());
            Shell.kill(writer);
            Shell.run("umount", mount.toString());
            Shell.run("mount", "-o", "loop", image.toString(), mount.toString());
            return Math.max(0, told - RawWriter.count(mount.resolve("queue")));
        } finally {
            Shell.works("umount", mount.toString());
            Files.deleteIfExists(image);
        }
    }

    private static Process writer(Path mount, Path acks, int segmentBytes) throws IOException {
        return Shell.java(
                List.of(),
                Writer.class,
                mount.resolve("journal") + "",
                acks.toString(),
                Integer.toString(segmentBytes),
                Integer.toString(PAYLOAD_BYTES));
    }

    private static Path image(Path root, String name, String fileSystem, int megabytes) throws IOException {
        Path image = root.resolve(name);
        Shell.run("truncate", "-s", megabytes + "M", image.toString());
        if (fileSystem.equals("xfs")) {
            Shell.run("mkfs.xfs", "-q", "-f", image.toString());
        } else {
            Shell.run("mkfs.ext4", "-q", "-F", image.toString());
        }
        return image;
    }
}
