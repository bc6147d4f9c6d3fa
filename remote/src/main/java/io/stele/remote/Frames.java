package io.stele.remote;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.stele.runtime.ActorAddress;
import java.nio.charset.StandardCharsets;

/**
 * The bytes on the wire. Big-endian; {@code varint} is seven bits a byte, lowest first, the top bit says that more follow.
 *
 * <pre>
 *   frame      [ length 4 ][ type 1 ][ flags 1 ][ number 4 ][ body … ]       length: of what follows it
 *
 *   number     1, 2, 3 … on each connection and in each direction. One that is not the next ends the connection.
 *
 *   HELLO      [ "STEL" 4 ][ protocol 2 ][ stream 1 ][ incarnation 8 ][ node text ][ wanted node text ][ host text ][ port 2 ][ types ]
 *   WELCOME    [ protocol 2 ][ incarnation 8 ][ node text ][ window 8 ][ types ]
 *   REFUSED    [ code 1 ][ sentence text ]                                    what was said is not to be tried again soon
 *   PING       [ sent, ns 8 ][ waiting messages 4 ]                           waiting: in the mailboxes of the sender, about
 *   PONG       [ sent, ns 8 ][ waiting messages 4 ]
 *   CREDIT     [ bytes 8 ]                                                    how many may be sent on this connection in all
 *   GOODBYE    [ sentence text ]
 *
 *   TELL       [ trace 25 ]?[ target ][ message ]
 *   ASK        [ trace 25 ]?[ deadline, ms varint ]?[ id varint ][ target ][ message ]
 *   REPLY      [ id varint ][ message ]?                                      without a message: null
 *   FAILURE    [ id varint ][ why 1 ][ sentence text ][ reason: message ]?
 *   RELIABLE   [ trace 25 ]?[ stream varint ][ key text ]?[ number varint ][ oldest varint ][ target ][ message ]
 *   ACK        [ stream varint ][ number varint ]                             all up to that were handled
 *   REJECT     [ stream varint ][ number varint ][ sentence text ]            will never be handled; counts as if it were
 *   BUSY       [ target varint ]                                              its mailbox is full
 *   READY      [ target varint ]                                              no longer
 *   WATCH, UNWATCH, TERMINATED       [ kind 1 ][ name text ]
 *   SERVICES   { [ 1 ][ key text ][ class text ][ kind 1 ][ name text ] } … [ 0 ]
 *
 *   text       [ length varint ][ UTF-8 ]
 *   target     [ 0 ][ kind 1 ][ name text ]         named
 *              [ 1 ][ id varint ]                   who waits for a reply
 *              [ n ][ kind 1 ][ name text ]         named, and called n ≥ 2 on this connection from now on (flag DEFINES)
 *              [ n ]                                so called before
 *   trace      [ trace id 16 ][ span id 8 ][ flags 1 ]
 * </pre>
 *
 * <p>All methods are pure functions of their arguments.
 */
final class Frames {
    static final int PROTOCOL = 1;
    static final int MAGIC = 0x5354454c;

    static final int LENGTH_BYTES = 4;
    static final int HEADER_BYTES = LENGTH_BYTES + 1 + 1 + 4;

    static final byte HELLO = 1;
    static final byte WELCOME = 2;
    static final byte REFUSED = 3;
    static final byte PING = 4;
    static final byte PONG = 5;
    static final byte CREDIT = 6;
    static final byte GOODBYE = 7;
    static final byte TELL = 10;
    static final byte ASK = 11;
    static final byte REPLY = 12;
    static final byte FAILURE = 13;
    static final byte RELIABLE = 20;
    static final byte ACK = 21;
    static final byte REJECT = 22;
    static final byte WATCH = 30;
    static final byte UNWATCH = 31;
    static final byte TERMINATED = 32;
    static final byte SERVICES = 40;
    static final byte BUSY = 41;
    static final byte READY = 42;

    /** A trace context stands before the body. */
    static final int TRACED = 1;
    /** The target is given a number, or the stream a key. */
    static final int DEFINES = 2;
    /** Somebody waits until a deadline. */
    static final int TIMED = 4;
    /** The message names who gets the reply. */
    static final int ADDRESSED = 8;
    /** A message follows where there may be none. */
    static final int FILLED = 16;
    /** A reliable stream is given a number. */
    static final int KEYED = 32;

    static final int TRACE_BYTES = 25;

    static final int TARGET_NAMED = 0;
    static final int TARGET_REPLY = 1;
    static final int TARGET_FIRST = 2;

    static final int TEXT_BYTES_MAX = 8_192;

    private Frames() {}

    /** Starts a frame and returns where, for {@link #end}. */
    static int begin(ByteBuf target, byte type, int flags, int number) {
        int start = target.writerIndex();
        target.ensureWritable(HEADER_BYTES);
        target.writeInt(0).writeByte(type).writeByte(flags).writeInt(number);
        return start;
    }

    /** Ends a frame and returns how many bytes it takes. */
    static int end(ByteBuf target, int start) {
        int bytes = target.writerIndex() - start;
        target.setInt(start, bytes - LENGTH_BYTES);
        return bytes;
    }

    static void writeVarint(ByteBuf target, long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            target.writeByte((int) (rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        target.writeByte((int) rest);
    }

    static long readVarint(ByteBuf source) {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            require(source, 1);
            byte next = source.readByte();
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new ProtocolException("number is too long");
    }

    static void writeText(ByteBuf target, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(bytes.length, TEXT_BYTES_MAX);
        writeVarint(target, length);
        target.writeBytes(bytes, 0, length);
    }

    static String readText(ByteBuf source) {
        long length = readVarint(source);
        if (length < 0 || length > TEXT_BYTES_MAX) {
            throw new ProtocolException("text is too long: lengthBytes=" + length);
        }
        require(source, (int) length);
        return source.readCharSequence((int) length, StandardCharsets.UTF_8).toString();
    }

    /** Writes a W3C traceparent: {@code 00-trace id-span id-flags}, in hexadecimal digits. */
    static void writeTrace(ByteBuf target, String traceparent) {
        target.writeBytes(ByteBufUtil.decodeHexDump(traceparent, 3, 32));
        target.writeBytes(ByteBufUtil.decodeHexDump(traceparent, 36, 16));
        target.writeBytes(ByteBufUtil.decodeHexDump(traceparent, 53, 2));
    }

    static String readTrace(ByteBuf source) {
        require(source, TRACE_BYTES);
        String digits = ByteBufUtil.hexDump(source, source.readerIndex(), TRACE_BYTES);
        source.skipBytes(TRACE_BYTES);
        return "00-" + digits.substring(0, 32) + '-' + digits.substring(32, 48) + '-' + digits.substring(48);
    }

    /** Writes what kind of recipient follows: 0 an actor, 1 a persistent one, 2 who waits for a reply. */
    static void writeKind(ByteBuf target, ActorAddress.Kind kind) {
        target.writeByte(
                switch (kind) {
                    case ACTOR -> 0;
                    case ENTITY -> 1;
                    case REPLY -> 2;
                });
    }

    static ActorAddress.Kind readKind(ByteBuf source) {
        require(source, 1);
        byte number = source.readByte();
        return switch (number) {
            case 0 -> ActorAddress.Kind.ACTOR;
            case 1 -> ActorAddress.Kind.ENTITY;
            case 2 -> ActorAddress.Kind.REPLY;
            default -> throw new ProtocolException("kind of recipient is not known: kind=" + number);
        };
    }

    static void require(ByteBuf source, int bytes) {
        if (source.readableBytes() < bytes) {
            throw new ProtocolException("frame ends early: bytesMissing=" + (bytes - source.readableBytes()));
        }
    }
}
