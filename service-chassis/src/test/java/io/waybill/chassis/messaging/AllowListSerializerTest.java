package io.waybill.chassis.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.axonframework.eventhandling.GapAwareTrackingToken;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.axonframework.eventhandling.ReplayToken;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.serialization.SimpleSerializedObject;
import org.axonframework.serialization.UnknownSerializedType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AllowListSerializerTest {

    private final AllowListSerializer serializer = AllowListSerializer.create();

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

    private Object roundTrip(Object value) {
        return serializer.deserialize(serializer.serialize(value, String.class));
    }
}
