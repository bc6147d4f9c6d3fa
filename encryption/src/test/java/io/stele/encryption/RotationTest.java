package io.stele.encryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.codec.RecordCodec;
import io.stele.spi.ForgottenException;
import io.stele.spi.PayloadCodec;
import io.stele.spi.PersistenceId;
import io.stele.spi.StoredType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Another master key wraps the keys of all subjects: all of them, or none. */
class RotationTest {
    private static final PersistenceId ANN = new PersistenceId("person", "ann");
    private static final PersistenceId BOB = new PersistenceId("person", "bob");
    private static final PersistenceId CARL = new PersistenceId("person", "carl");

    record Moved(String city) {}

    @TempDir
    Path temporary;

    private Path directory;
    private Path file;
    private MasterKey former;
    private MasterKey next;
    private PayloadCodec plain;
    private byte[] anns;
    private byte[] bobs;

    @BeforeEach
    void begin() {
        directory = temporary.resolve("keys");
        file = directory.resolve("keys");
        former = MasterKey.createFile(temporary.resolve("former.json"));
        next = MasterKey.createFile(temporary.resolve("next.json"));
        plain = RecordCodec.of(Moved.class);
        try (SubjectKeys keys = SubjectKeys.open(directory, former)) {
            anns = encode(keys, ANN, "Rome");
            bobs = encode(keys, BOB, "Bonn");
            keys.forget("person/bob");
        }
    }

    @Test
    void shouldReadEverythingUnderTheNewMasterKeyAndNothingUnderTheFormerOne() throws IOException {
        byte[] carls;
        byte[] later;
        String storeId;
        try (SubjectKeys keys = SubjectKeys.open(directory, former)) {
            storeId = keys.storeId();
            carls = encode(keys, CARL, "Cork");

            keys.rotate(next);

            assertThat(decode(keys, ANN, anns)).as("key not yet unwrapped").isEqualTo(new Moved("Rome"));
            assertThat(decode(keys, CARL, carls)).isEqualTo(new Moved("Cork"));
            later = encode(keys, new PersistenceId("person", "dora"), "Dover");
            keys.forget("person/carl");
        }
        assertThatThrownBy(() -> SubjectKeys.open(directory, former))
                .isInstanceOf(EncryptionException.class)
                .hasMessageStartingWith("master key is not the one");
        try (SubjectKeys keys = SubjectKeys.open(directory, next)) {
            assertThat(keys.storeId()).isEqualTo(storeId);
            assertThat(decode(keys, ANN, anns)).isEqualTo(new Moved("Rome"));
            assertThat(decode(keys, new PersistenceId("person", "dora"), later)).isEqualTo(new Moved("Dover"));
            assertThatThrownBy(() -> decode(keys, BOB, bobs)).isInstanceOf(ForgottenException.class);
            assertThatThrownBy(() -> decode(keys, CARL, carls)).isInstanceOf(ForgottenException.class);
            assertThat(keys.forgotten()).containsExactly("person/bob", "person/carl");
        }
        assertThat(directory.resolve("keys.next")).doesNotExist();
    }

    /** A process that died while it wrote the new table. */
    @Test
    void shouldGoOnWithTheFormerMasterKeyWhereTheNewTableWasNotFinished() throws IOException {
        Files.write(directory.resolve("keys.next"), Arrays.copyOf(Files.readAllBytes(file), 700));

        try (SubjectKeys keys = SubjectKeys.open(directory, former)) {
            assertThat(decode(keys, ANN, anns)).isEqualTo(new Moved("Rome"));
        }
        assertThat(directory.resolve("keys.next")).doesNotExist();
    }

    /** A key service that fails at its n-th call, for every n: the table is the former one or the new one. */
    @Test
    void shouldChangeAllOrNothingWhicheverCallFails() throws IOException {
        byte[] before = Files.readAllBytes(file);
        int failures = 0;
        for (int call = 1; ; call++) {
            Files.write(file, before);
            MasterKey fragile = new Failing(next, call);
            boolean rotated = true;
            try (SubjectKeys keys = SubjectKeys.open(directory, former)) {
                try {
                    keys.rotate(fragile);
                } catch (EncryptionException e) {
                    rotated = false;
                    failures++;
                    assertThat(e).hasMessageStartingWith("keys could not be wrapped anew");
                }
                assertThat(decode(keys, ANN, anns)).as("call %d", call).isEqualTo(new Moved("Rome"));
                encode(keys, CARL, "Cork");
            }
            try (SubjectKeys keys = SubjectKeys.open(directory, rotated ? next : former)) {
                assertThat(decode(keys, ANN, anns)).as("call %d", call).isEqualTo(new Moved("Rome"));
                assertThat(keys.isForgotten("person/bob")).isTrue();
            }
            if (rotated) {
                break;
            }
        }
        assertThat(failures).as("wraps and unwraps of header and key, at least").isGreaterThanOrEqualTo(4);
    }

    /** A key service that wraps and cannot undo it would cost everything. */
    @Test
    void shouldNotTrustAMasterKeyThatDoesNotGiveBackWhatItWasGiven() throws IOException {
        byte[] before = Files.readAllBytes(file);
        MasterKey liar = new MasterKey() {
            @Override
            public byte[] wrap(byte[] key, byte[] associatedData) throws GeneralSecurityException {
                byte[] other = key.clone();
                if (key.length == 32) {
                    other[5] ^= 1;
                }
                return next.wrap(other, associatedData);
            }

            @Override
            public byte[] unwrap(byte[] wrapped, byte[] associatedData) throws GeneralSecurityException {
                return next.unwrap(wrapped, associatedData);
            }
        };

        try (SubjectKeys keys = SubjectKeys.open(directory, former)) {
            assertThatThrownBy(() -> keys.rotate(liar)).hasMessageContaining("unwraps another key");
        }

        assertThat(Files.readAllBytes(file)).isEqualTo(before);
    }

    private static final class Failing implements MasterKey {
        private final MasterKey wrapped;
        private int callsLeft;

        Failing(MasterKey wrapped, int call) {
            this.wrapped = wrapped;
            callsLeft = call;
        }

        private void count() throws GeneralSecurityException {
            if (--callsLeft == 0) {
                throw new GeneralSecurityException("key service is away");
            }
        }

        @Override
        public byte[] wrap(byte[] key, byte[] associatedData) throws GeneralSecurityException {
            count();
            return wrapped.wrap(key, associatedData);
        }

        @Override
        public byte[] unwrap(byte[] sealed, byte[] associatedData) throws GeneralSecurityException {
            count();
            return wrapped.unwrap(sealed, associatedData);
        }
    }

    private byte[] encode(SubjectKeys keys, PersistenceId id, String city) {
        ByteBuffer target = ByteBuffer.allocate(1_000);
        keys.encrypting(plain).forActor(id).encode(new Moved(city), target);
        return Arrays.copyOf(target.array(), target.position());
    }

    private Object decode(SubjectKeys keys, PersistenceId id, byte[] stored) {
        return keys.encrypting(plain).forActor(id).decode(new StoredType("moved", 1), ByteBuffer.wrap(stored));
    }
}
