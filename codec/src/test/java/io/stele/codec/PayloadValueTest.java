package io.stele.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stele.codec.PayloadValue.Bytes;
import io.stele.codec.PayloadValue.Fields;
import io.stele.codec.PayloadValue.Text;
import io.stele.codec.PayloadValue.Whole;
import io.stele.codec.Samples.Blob;
import io.stele.codec.Samples.Cash;
import io.stele.codec.Samples.Deposited;
import io.stele.spi.PayloadCodecException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Payloads read without the classes that they were written from. */
final class PayloadValueTest {

    private final RecordCodec codec = Samples.codec();

    @Test
    void shouldKeepFieldsInOrder() {
        Fields fields = (Fields) read(new Deposited(500, "ref", -1));

        assertThat(fields.fields())
                .containsExactly(
                        Map.entry("amount", new Whole(500)),
                        Map.entry("reference", new Text("ref")),
                        Map.entry("balance", new Whole(-1)));
        assertThat(fields.toJson()).isEqualTo("{\"amount\":500,\"reference\":\"ref\",\"balance\":-1}");
    }

    @Test
    void shouldGiveFieldsByNameOrSayWhatIsThereInstead() {
        Fields fields = (Fields) read(new Deposited(500, "ref", -1));

        assertThat(fields.whole("amount")).isEqualTo(500);
        assertThat(fields.text("reference")).isEqualTo("ref");
        assertThat(fields.has("amount")).isTrue();
        assertThat(fields.has("absent")).isFalse();
        assertThatThrownBy(() -> fields.field("absent"))
                .isInstanceOf(PayloadCodecException.class)
                .hasMessageContaining("name=absent")
                .hasMessageContaining("reference");
        assertThatThrownBy(() -> fields.whole("reference"))
                .isInstanceOf(PayloadCodecException.class)
                .hasMessageContaining("not a whole number");
        assertThatThrownBy(() -> fields.text("amount"))
                .isInstanceOf(PayloadCodecException.class)
                .hasMessageContaining("value=500");
    }

    @Test
    void shouldShowEveryKindOfValueAsJson() {
        assertThat(read(Samples.CONTAINERS).toJson())
                .isEqualTo("{\"list\":[\"z\",null,\"a\"],\"set\":[\"USD\",\"EUR\"],\"byText\":{\"größe\":5},"
                        + "\"byConstant\":{\"USD\":{\"last4\":\"0000\",\"currency\":\"USD\"}},"
                        + "\"nested\":{\"9\":[1,null],\"-1\":[]},\"means\":{\"@type\":\"cash\"},"
                        + "\"ol\":9223372036854775807,\"oi\":null,\"od\":0.1}");
        assertThat(read(new Blob(new byte[] {1, 2, 3})).toJson()).isEqualTo("{\"bytes\":\"base64:AQID\"}");
        assertThat(read(Double.NaN).toJson()).isEqualTo("\"NaN\"");
        assertThat(read(true).toJson()).isEqualTo("true");
        assertThat(read(new Cash()).toJson()).isEqualTo("{}");
        assertThat(read(List.of(5)).toJson()).isEqualTo("[{\"@type\":\"int\",\"value\":5}]");
        assertThat(read(List.of(new Deposited(1, "", 2))).toJson())
                .isEqualTo("[{\"@type\":\"deposited\",\"amount\":1,\"reference\":\"\",\"balance\":2}]");
    }

    @Test
    void shouldEscapeWhatATerminalOrAParserWouldActOn() {
        String nasty = "a\"\\\n\t\0\u001b[31m\u0085\u2028\u2029\u202e\u2066\u200f\ufeff\ud83d\ude00\ud83d\udb40\udc01é";

        assertThat(read(nasty).toJson())
                .isEqualTo(
                        "\"a\\\"\\\\\\n\\t\\u0000\\u001b[31m\\u0085\\u2028\\u2029\\u202e\\u2066\\u200f\\ufeff\ud83d\ude00"
                                + "\\ud83d\\udb40\\udc01é\"");
    }

    @Test
    void shouldLeaveTheBufferAsItIs() {
        ByteBuffer payload =
                ByteBuffer.wrap(Samples.bytes("ff e161 ff")).position(1).limit(3);

        assertThat(PayloadValue.read(payload)).isEqualTo(new Text("a"));
        assertThat(payload.position()).isEqualTo(1);
        assertThat(payload.limit()).isEqualTo(3);
    }

    @Test
    void shouldCompareBytesByContent() {
        Bytes bytes = new Bytes(new byte[] {1, 2});

        assertThat(bytes).isEqualTo(new Bytes(new byte[] {1, 2})).hasSameHashCodeAs(new Bytes(new byte[] {1, 2}));
        assertThat(bytes).isNotEqualTo(new Bytes(new byte[] {1, 3})).hasToString("\"base64:AQI=\"");
    }

    private PayloadValue read(Object value) {
        return PayloadValue.read(Samples.payload(Samples.encode(codec, value)));
    }
}
