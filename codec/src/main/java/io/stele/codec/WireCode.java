package io.stele.codec;

/** The codes of Chronicle Wire's BINARY_LIGHT that payloads are made of; what each is followed by stands in {@link RecordCodec}. */
final class WireCode {

    static final int LENGTH8 = 0x80;
    static final int LENGTH16 = 0x81;
    static final int LENGTH32 = 0x82;
    static final int U8_ARRAY = 0x8a;
    static final int FLOAT32 = 0x90;
    static final int FLOAT64 = 0x91;
    static final int FLOAT_STOP_2 = 0x92;
    static final int FLOAT_STOP_4 = 0x94;
    static final int FLOAT_STOP_6 = 0x96;
    static final int UUID = 0xa0;
    static final int UINT8 = 0xa1;
    static final int UINT16 = 0xa2;
    static final int UINT32 = 0xa3;
    static final int INT8 = 0xa4;
    static final int INT16 = 0xa5;
    static final int INT32 = 0xa6;
    static final int INT64 = 0xa7;
    static final int FALSE = 0xb0;
    static final int TRUE = 0xb1;
    static final int TIME = 0xb2;
    static final int DATE = 0xb3;
    static final int DATE_TIME = 0xb4;
    static final int ZONED_DATE_TIME = 0xb5;
    static final int TYPE_PREFIX = 0xb6;
    static final int NAME_ANY = 0xb7;
    static final int TEXT_ANY = 0xb8;
    static final int EVENT_NAME = 0xb9;
    static final int NAME_NUMBER = 0xba;
    static final int NULL = 0xbb;
    static final int EVENT_OBJECT = 0xbd;
    static final int NAME_0 = 0xc0;
    static final int NAME_31 = 0xdf;
    static final int TEXT_0 = 0xe0;

    /** Longest name or text, in bytes, whose length fits into its code. */
    static final int SHORT_LENGTH_MAX = 31;

    private WireCode() {}

    /** Whether a code starts a name, so that what follows are fields. */
    static boolean startsName(int code) {
        return (code >= NAME_0 && code <= NAME_31)
                || code == NAME_ANY
                || code == EVENT_NAME
                || code == NAME_NUMBER
                || code == EVENT_OBJECT;
    }

    /** Whether a code is a text: one of the 32 short ones, or the long one. */
    static boolean isText(int code) {
        return code >= TEXT_0 || code == TEXT_ANY;
    }
}
