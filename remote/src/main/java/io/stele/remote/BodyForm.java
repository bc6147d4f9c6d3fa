package io.stele.remote;

/**
 * The body of a message.
 *
 * <pre>
 *   body    =  form …
 *   form    =  01                                        by number: class value        ({@link NumberedClasses}, {@link WireShape})
 *           |  02 length:u8 name:Latin-1 version:u16     by name: the payload of the codec of records
 *           |  03 unpacked:u32                           raw DEFLATE of a body of the other forms, which has that many bytes
 * </pre>
 */
final class BodyForm {

    static final int NUMBERED = 1;
    static final int NAMED = 2;
    static final int PACKED = 3;

    /** Form and size in front of what is packed. */
    static final int PACKED_HEADER_BYTES = 5;

    private BodyForm() {}
}
