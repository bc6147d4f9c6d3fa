package io.stele.remote;

/**
 * How large messages may become.
 *
 * @param bodyBytesMax the largest body, packed and unpacked, 1 KiB to 256 MiB
 * @param packAboveBytes bodies of more bytes than this are compressed where that makes them smaller; 0 for never
 * @param unpackRatioMax how many times its packed size a body may have, 1 to 1,000
 */
record MessageLimits(int bodyBytesMax, int packAboveBytes, int unpackRatioMax) {

    static final MessageLimits DEFAULT = new MessageLimits(1 << 20, 16 << 10, 100);

    MessageLimits {
        require("bodyBytesMax", bodyBytesMax, 1 << 10, 256 << 20);
        require("packAboveBytes", packAboveBytes, 0, Integer.MAX_VALUE);
        require("unpackRatioMax", unpackRatioMax, 1, 1_000);
    }

    private static void require(String name, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " is out of range: " + name + "=" + value + ", " + name + "Min="
                    + min + ", " + name + "Max=" + max);
        }
    }
}
