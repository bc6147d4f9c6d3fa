package io.stele.load.pekko;

import org.apache.pekko.serialization.JSerializer;

/** Writes events as their 100 bytes, without field names: the fastest that Pekko's users can do. */
public final class DepositedSerializer extends JSerializer {
    private static final int IDENTIFIER = 41_000;

    @Override
    public int identifier() {
        return IDENTIFIER;
    }

    @Override
    public boolean includeManifest() {
        return false;
    }

    @Override
    public byte[] toBinary(Object event) {
        return ((Account.Deposited) event).toBytes();
    }

    @Override
    public Object fromBinaryJava(byte[] bytes, Class<?> manifest) {
        return Account.Deposited.ofBytes(bytes);
    }
}
