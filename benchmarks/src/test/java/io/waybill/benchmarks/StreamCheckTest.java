package io.waybill.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import io.axoniq.axonserver.grpc.event.Event;
import io.axoniq.axonserver.grpc.event.EventWithToken;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class StreamCheckTest {

    private final WrittenEvents written = new WrittenEvents();
    private final AggregateWriter writer = new AggregateWriter(written, AggregateWriter.USUAL_EVENTS);
    private final Event first = writer.next();
    private final Event second = writer.next();

    @Test
    void acceptsWhatWasWritten() {
        assertThatNoException().isThrownBy(() -> read(List.of(first, second)));
    }

    @Test
    void acceptsEventsOfOthersInBetween() {
        Event foreign = Event.newBuilder().setAggregateIdentifier("somebody").build();

        assertThatNoException().isThrownBy(() -> read(List.of(foreign, first, foreign, second)));
    }

    @Test
    void noticesAMissingEvent() {
        assertFailure(List.of(first), "Lost");
        assertFailure(List.of(second), "Misread");
    }

    @Test
    void noticesARepeatedEvent() {
        assertFailure(List.of(first, first), "Misread");
        assertFailure(List.of(first, second, second), "Misread");
    }

    @Test
    void noticesEventsOutOfOrder() {
        assertFailure(List.of(second, first), "Misread");
    }

    @Test
    void noticesAGapInTheTokens() {
        StreamCheck check = new StreamCheck(written);
        check.accept(withToken(0, first));

        assertThatExceptionOfType(RunFailedException.class).isThrownBy(() -> check.accept(withToken(2, second)));
    }

    @Test
    void noticesAnAggregateThatWasNeverWritten() {
        Event invented = written.event(7, written.aggregateId(7), 0);

        assertFailure(List.of(first, second, invented), "Misread");
    }

    @Test
    void noticesAChangeOfAnyField() {
        assertChangeIsNoticed(event -> event.setMessageIdentifier(first.getAggregateIdentifier() + "-8"));
        assertChangeIsNoticed(event -> event.setMessageIdentifier("other"));
        assertChangeIsNoticed(event -> event.setAggregateSequenceNumber(1));
        assertChangeIsNoticed(event -> event.setAggregateType("Other"));
        assertChangeIsNoticed(event -> event.setTimestamp(1));
        assertChangeIsNoticed(event -> event.setSnapshot(true));
        assertChangeIsNoticed(event -> event.setPayload(second.getPayload()));
        assertChangeIsNoticed(
                event -> event.putMetaData("a", io.axoniq.axonserver.grpc.MetaDataValue.getDefaultInstance()));
    }

    @Test
    void eventsHaveTheSizeTheyAreSaidToHave() {
        assertThat(first.getSerializedSize()).isBetween(WrittenEvents.EVENT_BYTES - 5, WrittenEvents.EVENT_BYTES + 5);
    }

    private void assertChangeIsNoticed(UnaryOperator<Event.Builder> change) {
        assertFailure(List.of(change.apply(first.toBuilder()).build(), second), "Misread");
    }

    private void assertFailure(List<Event> events, String word) {
        assertThatExceptionOfType(RunFailedException.class)
                .isThrownBy(() -> read(events))
                .withMessageContaining(word);
    }

    private void read(List<Event> events) {
        StreamCheck check = new StreamCheck(written);
        for (int i = 0; i < events.size(); i++) {
            check.accept(withToken(i, events.get(i)));
        }
        check.end();
    }

    private static EventWithToken withToken(long token, Event event) {
        return EventWithToken.newBuilder().setToken(token).setEvent(event).build();
    }
}
