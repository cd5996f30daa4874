package io.waybill.chassis.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Instant;
import org.axonframework.eventhandling.GapAwareTrackingToken;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.axonframework.eventhandling.ReplayToken;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.serialization.AnnotationRevisionResolver;
import org.axonframework.serialization.Revision;
import org.axonframework.serialization.SimpleSerializedObject;
import org.axonframework.serialization.UnknownSerializedType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AllowListSerializerTest {

    private final AllowListSerializer serializer = AllowListSerializer.create(new AnnotationRevisionResolver());

    record Dated(Instant at) {}

    @Test
    void writesTimesAsText() {
        var written = serializer.serialize(new Dated(Instant.parse("2026-11-01T12:00:00Z")), String.class);

        assertThat(written.getData()).isEqualTo("{\"at\":\"2026-11-01T12:00:00Z\"}");
    }

    @Test
    void readsEveryKindOfTokenBack() {
        TrackingToken plain = new GlobalSequenceTrackingToken(7);
        TrackingToken replaying = ReplayToken.createReplayToken(new GlobalSequenceTrackingToken(9), plain);

        assertThat(roundTrip(plain)).isEqualTo(plain);
        assertThat(roundTrip(replaying)).isEqualTo(replaying);
        assertThat(roundTrip(GapAwareTrackingToken.newInstance(3, java.util.Set.of(1L))))
                .isInstanceOf(GapAwareTrackingToken.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"javax.script.ScriptEngineManager", "java.lang.ProcessBuilder", "com.sun.rowset.JdbcRowSetImpl"})
    void loadsNoTypeThatIsNotAllowed(String type) {
        var stored = new SimpleSerializedObject<>("{}", String.class, type, null);

        Object read = serializer.deserialize(stored);

        assertThat(read).isInstanceOf(UnknownSerializedType.class);
    }

    @Revision("2")
    record Changed(int pieces) {}

    @ParameterizedTest
    @ValueSource(strings = {"0", "1", "2"})
    void readsWhatThisReleaseOrAnEarlierOneWrote(String revision) {
        Object read = serializer.deserialize(stored(Changed.class.getName(), revision));

        assertThat(read).isEqualTo(new Changed(7));
    }

    @Test
    void doesNotReadWhatALaterReleaseWroteInAnotherForm() {
        assertThatExceptionOfType(LaterRevision.class)
                .isThrownBy(() -> serializer.deserialize(stored(Changed.class.getName(), "10")))
                .withMessageContaining("revision 10 by a later release; this instance knows revision 2");
        assertThatExceptionOfType(LaterRevision.class)
                .isThrownBy(() -> serializer.deserialize(stored(Dated.class.getName(), "1")));
    }

    @Test
    void hasNoOpinionOfATypeThatItDoesNotKnow() {
        Object read = serializer.deserialize(stored("io.waybill.messages.order.OrderEvent$OrderSung", "1"));

        assertThat(read).isInstanceOf(UnknownSerializedType.class);
    }

    private static SimpleSerializedObject<String> stored(String type, String revision) {
        return new SimpleSerializedObject<>("{\"pieces\": 7}", String.class, type, revision);
    }

    private Object roundTrip(Object value) {
        return serializer.deserialize(serializer.serialize(value, String.class));
    }
}
