package io.waybill.orderview.audit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.axoniq.axonserver.grpc.MetaDataValue;
import io.axoniq.axonserver.grpc.SerializedObject;
import io.axoniq.axonserver.grpc.event.Event;
import io.axoniq.axonserver.grpc.event.EventWithToken;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class EventHashTest {

    static final List<UnaryOperator<Event.Builder>> CHANGES = List.of(
            event -> event.setMessageIdentifier("message-8"),
            event -> event.setTimestamp(event.getTimestamp() + 1),
            event -> event.setAggregateType("order"),
            event -> event.setAggregateIdentifier(""),
            event -> event.setAggregateSequenceNumber(2),
            event -> event.setSnapshot(true),
            event -> event.setPayload(event.getPayload().toBuilder().setType("T")),
            event -> event.setPayload(event.getPayload().toBuilder().setRevision("")),
            event -> event.setPayload(event.getPayload().toBuilder().setData(ByteString.copyFrom("{}", UTF_8))),
            event -> event.removeMetaData("actor"),
            event -> event.putMetaData("actor", FakeEvents.text("bob")),
            event -> event.putMetaData("actor", MetaDataValue.getDefaultInstance()),
            event -> event.putMetaData("zone", number(7)),
            event -> event.putMetaData("zone", number(8)),
            event -> event.putMetaData(
                    "zone", MetaDataValue.newBuilder().setBooleanValue(true).build()),
            event -> event.putMetaData(
                    "zone", MetaDataValue.newBuilder().setDoubleValue(7).build()),
            event -> event.putMetaData(
                    "zone",
                    MetaDataValue.newBuilder()
                            .setBytesValue(SerializedObject.newBuilder().setType("T"))
                            .build()),
            // What is moved from one text to the next is another event.
            event -> event.setAggregateType("Ordero").setAggregateIdentifier("rder-0"));

    private static final long POSITION = 1_234_567;

    private final EventHash hash = new EventHash();
    private final WireEvent wire = new WireEvent();
    private final Event event = FakeEvents.event(7);

    private static MetaDataValue number(long value) {
        return MetaDataValue.newBuilder().setNumberValue(value).build();
    }

    @ParameterizedTest
    @FieldSource("CHANGES")
    void changesWithWhateverIsStored(UnaryOperator<Event.Builder> change) {
        assertThat(hash.of(change.apply(event.toBuilder()).build())).isNotEqualTo(hash.of(event));
    }

    @Test
    void noTwoChangesHaveTheSame() {
        assertThat(CHANGES.stream()
                        .map(change -> change.apply(event.toBuilder()).build())
                        .map(changed -> HexFormat.of().formatHex(hash.of(changed))))
                .doesNotHaveDuplicates();
    }

    @Test
    void doesNotDependOnTheOrderOfMetadata() {
        Event turned = event.toBuilder()
                .clearMetaData()
                .putMetaData("correlationId", FakeEvents.text("request-0"))
                .putMetaData("actor", FakeEvents.text("ada"))
                .build();

        assertThat(hash.of(turned)).isEqualTo(hash.of(event));
    }

    /** Whether or not {@link WireEvent} can tell where what is. */
    @ParameterizedTest
    @FieldSource("CHANGES")
    void isTheSameOfTheBytesOfAnEvent(UnaryOperator<Event.Builder> change) throws IOException {
        Event changed = change.apply(event.toBuilder()).build();
        // Nothing is left of one in the next.
        for (Event next : List.of(event, changed, event)) {
            assertThat(wire.read(message(next).toByteArray())).isEqualTo(isOfTexts(next));
            assertThat(wire.position).isEqualTo(POSITION);
            if (isOfTexts(next)) {
                assertThat(hash.of(wire)).isEqualTo(hash.of(next));
            }
        }
    }

    private static boolean isOfTexts(Event event) {
        return event.getMetaDataMap().values().stream().allMatch(MetaDataValue::hasTextValue);
    }

    @Test
    void whatIsNotKnownIsLeftToOthers() throws IOException {
        EventWithToken message = message(event);
        var later = UnknownFieldSet.newBuilder()
                .addField(99, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                .build();

        assertThat(wire.read(message.toBuilder().setUnknownFields(later).build().toByteArray()))
                .isFalse();
        assertThat(wire.read(message(event.toBuilder().setUnknownFields(later).build())
                        .toByteArray()))
                .isFalse();
        assertThat(wire.read(message(event.toBuilder()
                                .setPayload(event.getPayload().toBuilder().setUnknownFields(later))
                                .build())
                        .toByteArray()))
                .isFalse();
        assertThat(wire.read(message(event.toBuilder()
                                .putMetaData("caf\u00e9", FakeEvents.text("ada"))
                                .build())
                        .toByteArray()))
                .isFalse();
        // A map in which a key is twice, as nobody who writes it by a map would.
        assertThat(wire.read(message(event)
                        .toByteString()
                        .concat(message(event).toByteString())
                        .toByteArray()))
                .isFalse();
    }

    @Test
    void whatIsNoEventIsNone() {
        byte[] message = message(event).toByteArray();
        byte[] cut = Arrays.copyOf(message, message.length - 1);

        assertThatIOException().isThrownBy(() -> wire.read(cut));
    }

    private static EventWithToken message(Event event) {
        return EventWithToken.newBuilder().setToken(POSITION).setEvent(event).build();
    }

    /** It is stored, so it must never change; these were computed by a program of another language. */
    @Test
    void isWhatItHasAlwaysBeen() {
        assertThat(HexFormat.of().formatHex(hash.of(event)))
                .isEqualTo("1c72893a900e63671ef44db8564d96c41f72975b5c4e5aa6d6ecc94db0fd8c8a");
        assertThat(HexFormat.of().formatHex(hash.link(EventHash.BEGINNING, 0, hash.of(event))))
                .isEqualTo("db350e1e99e25c03ea0d366da1038f6123d5d9344832dd55af9d0c3c338cf3cf");
    }

    @Test
    void takesEventsOfAnySize() {
        Event large = event.toBuilder()
                .setPayload(SerializedObject.newBuilder().setData(ByteString.copyFrom(new byte[100_000])))
                .build();

        assertThat(hash.of(large)).isNotEqualTo(hash.of(event));
        assertThat(hash.of(event)).isEqualTo(new EventHash().of(event));
    }
}
