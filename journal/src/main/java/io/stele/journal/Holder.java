package io.stele.journal;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/**
 * Who opened the journal.
 *
 * @param processId as its own namespace numbers it
 * @param host the machine's name, or "unknown"
 * @param bootId what tells this boot of the machine from others; empty where the system does not say
 */
record Holder(long processId, String host, String bootId) {
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
    private static final String VERSION = "1";

    static Holder self() {
        return new Holder(ProcessHandle.current().pid(), hostName(), bootIdOfMachine());
    }

    /** Returns a hash of the boot id; 0 where it is not known: then nothing is known about what is in the page cache only. */
    long bootIdHash() {
        return bootId.isEmpty()
                ? 0
                : UUID.nameUUIDFromBytes(bootId.getBytes(StandardCharsets.UTF_8))
                        .getMostSignificantBits();
    }

    ControlRecords.EpochStart epochStart(long openedAtMs) {
        return new ControlRecords.EpochStart(processId, openedAtMs, bootId, host, VERSION);
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "unknown";
        }
    }

    private static String bootIdOfMachine() {
        try {
            return Files.readString(BOOT_ID).strip();
        } catch (IOException e) {
            return "";
        }
    }
}
