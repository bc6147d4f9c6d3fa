package io.stele.remote;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which message types a node knows: part of its handshake.
 *
 * <pre>
 *   table  =  count:u16 { id:u16 version:u16 fingerprint:i64 length:u8 length×Latin-1 }      big-endian
 * </pre>
 *
 * @param entries at most {@link #ENTRY_COUNT_MAX}; ids but 0, and names with versions, occur once
 */
record SchemaTable(List<Entry> entries) {

    static final int ENTRY_COUNT_MAX = 8_192;

    /** Ids are below this. */
    static final int ID_MAX = 1 << 15;

    private static final int NAME_BYTES_MAX = 255;

    /**
     * One type.
     *
     * @param id 1 to {@link #ID_MAX} − 1, good for the association in which it was sent; 0 for a name that a type had before
     * @param name its stored name
     * @param version its stored version, 1 to 65,535
     * @param fingerprint differs where what it is written as differs
     */
    record Entry(int id, String name, int version, long fingerprint) {}

    SchemaTable {
        entries = List.copyOf(entries);
        if (entries.size() > ENTRY_COUNT_MAX) {
            throw new IllegalArgumentException(
                    "too many message types: count=" + entries.size() + ", countMax=" + ENTRY_COUNT_MAX);
        }
    }

    void writeTo(ByteBuf target) {
        target.writeShort(entries.size());
        for (Entry entry : entries) {
            byte[] name = entry.name().getBytes(StandardCharsets.ISO_8859_1);
            target.writeShort(entry.id());
            target.writeShort(entry.version());
            target.writeLong(entry.fingerprint());
            target.writeByte(name.length);
            target.writeBytes(name);
        }
    }

    /**
     * Reads a table that anybody may have written. Allocates no more than the bytes that are there account for.
     *
     * @throws MessageRefusedException if it is not a table
     */
    static SchemaTable readFrom(ByteBuf source) {
        require(source, 2);
        int count = source.readUnsignedShort();
        if (count > ENTRY_COUNT_MAX) {
            throw refused("too many types: count=" + count + ", countMax=" + ENTRY_COUNT_MAX);
        }
        List<Entry> entries = new ArrayList<>();
        Set<Integer> ids = new HashSet<>();
        Set<String> names = new HashSet<>();
        for (int i = 0; i < count; i++) {
            require(source, 13);
            int id = source.readUnsignedShort();
            int version = source.readUnsignedShort();
            long fingerprint = source.readLong();
            int length = source.readUnsignedByte();
            require(source, length);
            String name =
                    source.readCharSequence(length, StandardCharsets.ISO_8859_1).toString();
            if (id >= ID_MAX || version == 0 || length == 0) {
                throw refused("an entry is out of range: id=" + id + ", version=" + version + ", nameBytes=" + length);
            }
            if ((id != 0 && !ids.add(id)) || !names.add(version + ":" + name)) {
                throw refused("an entry stands twice: id=" + id + ", version=" + version);
            }
            entries.add(new Entry(id, name, version, fingerprint));
        }
        return new SchemaTable(entries);
    }

    /** Returns whether a name can stand in a table. */
    static boolean holds(String name) {
        return !name.isEmpty()
                && name.length() <= NAME_BYTES_MAX
                && name.chars().allMatch(c -> c <= 0xFF);
    }

    private static void require(ByteBuf source, int bytes) {
        if (source.readableBytes() < bytes) {
            throw refused("it ends early: bytesMissing=" + (bytes - source.readableBytes()));
        }
    }

    private static MessageRefusedException refused(String what) {
        return new MessageRefusedException("table of message types cannot be read, " + what, null);
    }
}
