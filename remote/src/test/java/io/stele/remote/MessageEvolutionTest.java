package io.stele.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.stele.codec.FormerName;
import io.stele.codec.StoredName;
import io.stele.codec.WhenMissing;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Two nodes whose classes differ: what is the same goes by number, the rest by name. */
final class MessageEvolutionTest {

    @StoredName("transfer")
    record Transfer(String from, String to, int cents) {}

    @StoredName("transfer")
    record TransferWithNote(
            String from,
            @FormerName("to") String target,
            long cents,
            @WhenMissing("none") String note) {}

    @StoredName("transfer")
    record TransferReordered(int cents, String to, String from) {}

    @StoredName("transfer")
    record TransferWithText(String from, String to, String cents) {}

    record Same(int number) {}

    record Envelope(@Nullable Object content) {}

    record Extra(int alsoHere) {}

    @FormerName("extra")
    record Renamed(int alsoHere) {}

    private final MessageCodec older = MessageCodec.of(List.of(Same.class, Transfer.class, Envelope.class));
    private final MessageCodec newer =
            MessageCodec.of(List.of(Extra.class, Same.class, TransferWithNote.class, Envelope.class));

    @Test
    void shouldAddWidenAndRenameComponents() {
        assertThat(Wire.roundTrip(older, newer, new Transfer("a", "b", 7), Unpooled.buffer()))
                .isEqualTo(new TransferWithNote("a", "b", 7, "none"));
    }

    @Test
    void shouldRefuseWhatTheOlderSideCannotHold() {
        assertThatThrownBy(() ->
                        Wire.roundTrip(newer, older, new TransferWithNote("a", "b", 1L << 40, "n"), Unpooled.buffer()))
                .isInstanceOf(MessageRefusedException.class);
    }

    @Test
    void shouldNotMistakeReorderedComponents() {
        MessageCodec reordered = MessageCodec.of(List.of(TransferReordered.class));

        assertThat(Wire.roundTrip(older, reordered, new Transfer("a", "b", 7), Unpooled.buffer()))
                .isEqualTo(new TransferReordered(7, "b", "a"));
        assertThat(Wire.roundTrip(reordered, older, new TransferReordered(7, "b", "a"), Unpooled.buffer()))
                .isEqualTo(new Transfer("a", "b", 7));
    }

    @Test
    void shouldRefuseAComponentOfAnotherKind() {
        MessageCodec other = MessageCodec.of(List.of(TransferWithText.class));

        assertThatThrownBy(() -> Wire.roundTrip(older, other, new Transfer("a", "b", 7), Unpooled.buffer()))
                .isInstanceOf(MessageRefusedException.class)
                .hasMessageContaining("cents");
    }

    /** The numbers of the two sides differ, because one of them knows a class more. */
    @Test
    void shouldTranslateNumbers() {
        ByteBuf buffer = Unpooled.buffer();
        newer.encode(new Same(5), newer.negotiate(older.local()), buffer);
        assertThat(buffer.getByte(0)).isEqualTo((byte) BodyForm.NUMBERED);

        assertThat(older.decode(buffer, buffer.readableBytes(), older.negotiate(newer.local())))
                .isEqualTo(new Same(5));
    }

    @Test
    void shouldGoByNameWhenAClassDeepInsideDiffers() {
        ByteBuf buffer = Unpooled.buffer();
        older.encode(new Envelope(new Transfer("a", "b", 7)), older.negotiate(newer.local()), buffer);
        assertThat(buffer.getByte(0)).isEqualTo((byte) BodyForm.NAMED);

        assertThat(newer.decode(buffer, buffer.readableBytes(), newer.negotiate(older.local())))
                .isEqualTo(new Envelope(new TransferWithNote("a", "b", 7, "none")));
    }

    @Test
    void shouldFindARenamedClassBothWays() {
        MessageCodec renamed = MessageCodec.of(List.of(Renamed.class));

        assertThat(Wire.roundTrip(newer, renamed, new Extra(3), Unpooled.buffer()))
                .isEqualTo(new Renamed(3));
        assertThat(Wire.roundTrip(renamed, newer, new Renamed(3), Unpooled.buffer()))
                .isEqualTo(new Extra(3));
    }

    @Test
    void shouldRefuseToSendWhatThePeerDoesNotKnow() {
        assertThatThrownBy(() -> newer.encode(new Extra(1), newer.negotiate(older.local()), Unpooled.buffer()))
                .isInstanceOf(MessageRefusedException.class)
                .hasMessageContaining("peer does not know");
    }

    @Test
    void shouldKeepBothFormsOfAFannedOutMessage() {
        KryoMessageCodec counting = (KryoMessageCodec) older;
        EncodedMessage once = older.encodeOnce(new Transfer("a", "b", 7));
        PeerSchema same = Wire.self(older);
        PeerSchema other = older.negotiate(newer.local());

        for (int i = 0; i < 10; i++) {
            ByteBuf bySame = Unpooled.buffer();
            once.writeTo(same, bySame);
            assertThat(older.decode(bySame, bySame.readableBytes(), same)).isEqualTo(new Transfer("a", "b", 7));
            ByteBuf byName = Unpooled.buffer();
            once.writeTo(other, byName);
            assertThat(newer.decode(byName, byName.readableBytes(), newer.negotiate(older.local())))
                    .isEqualTo(new TransferWithNote("a", "b", 7, "none"));
        }

        assertThat(counting.encodedCount()).isEqualTo(2);
    }

    @Test
    void shouldReadItsOwnTable() {
        ByteBuf buffer = Unpooled.buffer();
        newer.local().writeTo(buffer);

        assertThat(SchemaTable.readFrom(buffer)).isEqualTo(newer.local());
    }
}
