package io.stele.journal;

import io.stele.spi.CorruptJournalException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * A small text file of facts that is read by people too.
 *
 * <pre>
 *   key=value
 *   …
 *   crc=1a2b3c4d      CRC-32C of everything before this line
 * </pre>
 */
final class KeyValueFile {
    private static final String CRC = "crc=";

    private KeyValueFile() {}

    static ByteBuffer encode(Map<String, String> values) {
        StringBuilder text = new StringBuilder();
        values.forEach(
                (key, value) -> text.append(key).append('=').append(value).append('\n'));
        String crc = crcOf(text.toString());
        text.append(CRC).append(crc).append('\n');
        return StandardCharsets.UTF_8.encode(text.toString());
    }

    /**
     * Reads the text of a file.
     *
     * @throws CorruptJournalException if it does not read back as it was written
     */
    static Map<String, String> decode(String text, Path file) {
        int crcAt = text.lastIndexOf(CRC);
        if (crcAt < 0 || !text.substring(crcAt + CRC.length()).strip().equals(crcOf(text.substring(0, crcAt)))) {
            throw new CorruptJournalException("checksum of a text file does not match: file=" + file
                    + "; nothing was changed on disk; run: stele verify --data-dir " + file.getParent());
        }
        Map<String, String> values = new LinkedHashMap<>();
        for (String line : text.substring(0, crcAt).split("\n", -1)) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                values.put(line.substring(0, equals), line.substring(equals + 1));
            }
        }
        return values;
    }

    private static String crcOf(String text) {
        CRC32C crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return String.format("%08x", crc.getValue());
    }
}
