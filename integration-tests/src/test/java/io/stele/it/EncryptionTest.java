package io.stele.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.stele.Stele;
import io.stele.codec.RecordCodec;
import io.stele.encryption.MasterKey;
import io.stele.encryption.SubjectKeys;
import io.stele.runtime.ActorForgottenException;
import io.stele.runtime.ActorSystem;
import io.stele.runtime.Command;
import io.stele.runtime.CommandHandlers;
import io.stele.runtime.EventHandlers;
import io.stele.runtime.PersistentActor;
import io.stele.spi.DirectoryEncryptedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A directory whose events, snapshots and replies are encrypted, and one subject of which is forgotten. */
final class EncryptionTest {
    private static final String SECRET = "Grimmelshausen";

    @TempDir
    Path temporary;

    private Path data;
    private MasterKey master;

    /** Where somebody lives. */
    static final class Person extends PersistentActor<Person.Moved, Person.Address> {
        record Move(String commandId, String city) implements Command<Address> {}

        record Ask() implements Command<Address> {}

        record Moved(String city) {}

        record Address(String city, long moves) {}

        Person() {
            super("person");
        }

        @Override
        protected Address initialState() {
            return new Address("", 0);
        }

        @Override
        protected int snapshotEvery() {
            return 5;
        }

        @Override
        protected void commands(CommandHandlers<Moved, Address> on) {
            on.on(Ask.class, (address, ask) -> reply(address));
            on.on(Move.class, (address, move) -> persist(new Moved(move.city())).thenReply(after -> after));
        }

        @Override
        protected void events(EventHandlers<Moved, Address> on) {
            on.on(Moved.class, (address, moved) -> new Address(moved.city(), address.moves() + 1));
        }
    }

    @BeforeEach
    void begin() {
        data = temporary.resolve("data");
        master = MasterKey.createFile(temporary.resolve("master.json"));
    }

    @Test
    void shouldForgetOnePersonAndRecoverTheOthers() throws IOException {
        SubjectKeys keys = keys();
        try (ActorSystem system = open(keys)) {
            move(system, "ann", 12);
            await("a snapshot of ann").until(() -> system.snapshotsSaved() >= 1);
            move(system, "bob", 12);

            assertThat(keys.forget("person/ann")).isTrue();

            requireForgotten(system, "ann");
            assertThat(ask(system, "bob").moves()).isEqualTo(12);
            move(system, "bob", 12, 13);
        }
        SubjectKeys reopened = keys();
        try (ActorSystem system = open(reopened)) {
            requireForgotten(system, "ann");
            assertThatThrownBy(() -> system.entity(Person.class, "ann")
                            .ask(new Person.Move("ann-1", "x"))
                            .toCompletableFuture()
                            .join())
                    .as("a reply that was stored")
                    .hasCauseInstanceOf(ActorForgottenException.class);
            assertThat(ask(system, "bob")).isEqualTo(new Person.Address(SECRET + " 12", 13));
            assertThat(system.entity(Person.class, "bob")
                            .ask(new Person.Move("bob-3", "elsewhere"))
                            .toCompletableFuture()
                            .join())
                    .as("the reply that was stored with the command id")
                    .isEqualTo(new Person.Address(SECRET + " 3", 4));
        }
        requireNowhere(SECRET);
    }

    @Test
    void shouldReadWhatWasStoredBeforeEncryptionWasTurnedOn() {
        try (ActorSystem system = Stele.open(data)) {
            move(system, "ann", 7);
        }
        try (ActorSystem system = open(keys())) {
            assertThat(ask(system, "ann").moves()).isEqualTo(7);
            move(system, "ann", 7, 9);
        }
        try (ActorSystem system = open(keys())) {
            assertThat(ask(system, "ann").moves()).isEqualTo(9);
        }
    }

    @Test
    void shouldNotOpenAnEncryptedDirectoryWithoutItsKeys() throws IOException {
        try (ActorSystem system = open(keys())) {
            move(system, "ann", 2);
        }

        assertThatThrownBy(() -> Stele.open(data))
                .isInstanceOf(DirectoryEncryptedException.class)
                .hasMessageStartingWith(
                        "directory is encrypted and was to be opened without its keys; nothing was opened")
                .hasMessageContaining("directory=" + data);
        Files.delete(Stele.encryptionFile(data)); // as an earlier version left it
        assertThatThrownBy(() -> Stele.open(data)).isInstanceOf(DirectoryEncryptedException.class);

        try (ActorSystem system = open(keys())) {
            assertThat(ask(system, "ann").moves()).isEqualTo(2);
            assertThat(system.quarantine().list()).isEmpty();
        }
    }

    /** An empty directory of keys would draw a new key for whoever was forgotten. */
    @Test
    void shouldNotOpenAnEncryptedDirectoryWithOtherKeys() {
        Path elsewhere = temporary.resolve("elsewhere");
        SubjectKeys keys = SubjectKeys.open(elsewhere, master);
        try (ActorSystem system = open(keys)) {
            move(system, "ann", 2);
            keys.forget("person/ann");
        }

        assertThatThrownBy(() -> Stele.open(data)).isInstanceOf(DirectoryEncryptedException.class);
        try (SubjectKeys others = keys()) {
            assertThatThrownBy(() -> open(others))
                    .isInstanceOf(DirectoryEncryptedException.class)
                    .hasMessageContaining("other keys")
                    .hasMessageContaining("keyStoreIdGiven=" + others.storeId());
        }
    }

    /** A key that is not there says nothing against the events: nobody goes into quarantine for it. */
    @Test
    void shouldServeAgainOnceAMissingKeyIsBack() throws IOException {
        byte[] early;
        try (ActorSystem system = open(keys())) {
            move(system, "bob", 1);
            early = Files.readAllBytes(Stele.keyDirectory(data).resolve("keys"));
            move(system, "ann", 2);
        }
        Path file = Stele.keyDirectory(data).resolve("keys");
        byte[] all = Files.readAllBytes(file);
        Files.write(file, early);
        try (ActorSystem system = open(keys())) {
            assertThatThrownBy(() -> ask(system, "ann")).hasMessageContaining("key is missing");
            assertThat(ask(system, "bob").moves()).isEqualTo(1);
            assertThat(system.quarantine().list()).isEmpty();
        }
        Files.write(file, all);
        try (ActorSystem system = open(keys())) {
            assertThat(ask(system, "ann").moves()).isEqualTo(2);
        }
    }

    @Test
    void shouldChangeTheMasterKeyWhileActorsWork() {
        MasterKey next = MasterKey.createFile(temporary.resolve("next.json"));
        SubjectKeys keys = keys();
        try (ActorSystem system = open(keys)) {
            move(system, "ann", 2);
            keys.rotate(next);
            move(system, "ann", 2, 4);
            move(system, "bob", 1);
        }
        master = next;
        try (ActorSystem system = open(keys())) {
            assertThat(ask(system, "ann").moves()).isEqualTo(4);
            assertThat(ask(system, "bob").moves()).isEqualTo(1);
        }
    }

    @Test
    void shouldCarryKeysIntoABackupThatForgettingDoesNotReach() {
        Path copy = temporary.resolve("copy");
        SubjectKeys keys = keys();
        try (ActorSystem system = open(keys)) {
            move(system, "ann", 3);
            Stele.backup(system, copy);
            keys.forget("person/ann");
        }
        data = copy;
        SubjectKeys copied = keys();
        try (ActorSystem system = open(copied)) {
            assertThat(ask(system, "ann").moves()).isEqualTo(3);
            copied.forget("person/ann");
            requireForgotten(system, "ann");
        }
    }

    private SubjectKeys keys() {
        return SubjectKeys.open(Stele.keyDirectory(data), master);
    }

    private ActorSystem open(SubjectKeys keys) {
        return Stele.builder(data)
                .codec(keys.encrypting(RecordCodec.of()))
                .owns(keys)
                .open();
    }

    private static void move(ActorSystem system, String person, int count) {
        move(system, person, 0, count);
    }

    private static void move(ActorSystem system, String person, int from, int to) {
        for (int i = from; i < to; i++) {
            assertThat(system.entity(Person.class, person)
                            .ask(new Person.Move(person + "-" + i, SECRET + " " + i))
                            .toCompletableFuture()
                            .join()
                            .city())
                    .startsWith(SECRET);
        }
    }

    private static Person.Address ask(ActorSystem system, String person) {
        return system.entity(Person.class, person)
                .ask(new Person.Ask())
                .toCompletableFuture()
                .join();
    }

    private static void requireForgotten(ActorSystem system, String person) {
        assertThatThrownBy(() -> ask(system, person))
                .hasCauseInstanceOf(ActorForgottenException.class)
                .hasMessageContaining("forgotten")
                .hasMessageContaining("persistenceId=person/" + person);
    }

    private void requireNowhere(String text) throws IOException {
        List<Path> found;
        try (Stream<Path> files = Files.walk(data)) {
            found = files.filter(Files::isRegularFile)
                    .filter(file -> holds(file, text))
                    .toList();
        }
        assertThat(found).as("files that hold %s", text).isEmpty();
    }

    private static boolean holds(Path file, String text) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(text);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
