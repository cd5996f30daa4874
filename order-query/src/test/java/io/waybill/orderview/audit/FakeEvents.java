package io.waybill.orderview.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import io.axoniq.axonserver.grpc.MetaDataValue;
import io.axoniq.axonserver.grpc.SerializedObject;
import io.axoniq.axonserver.grpc.event.Event;
import io.axoniq.axonserver.grpc.event.EventWithToken;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** An event store in memory that anybody can change. */
final class FakeEvents implements EventSource {

    final List<Event> stored = new ArrayList<>();

    static FakeEvents of(int count) {
        var events = new FakeEvents();
        events.append(count);
        return events;
    }

    void append(int count) {
        synchronized (stored) {
            int first = stored.size();
            IntStream.range(first, first + count).mapToObj(FakeEvents::event).forEach(stored::add);
            stored.notifyAll();
        }
    }

    static Event event(int number) {
        return Event.newBuilder()
                .setMessageIdentifier("message-" + number)
                .setTimestamp(1_700_000_000_000L + number)
                .setAggregateType("Order")
                .setAggregateIdentifier("order-" + number % 7)
                .setAggregateSequenceNumber(number / 7)
                .setPayload(SerializedObject.newBuilder()
                        .setType("io.waybill.messages.order.OrderEvent$OrderConfirmed")
                        .setRevision("1")
                        .setData(ByteString.copyFrom("{\"orderId\":\"order-" + number % 7 + "\"}", UTF_8)))
                .putMetaData("actor", text("ada"))
                .putMetaData("correlationId", text("request-" + number / 10))
                .build();
    }

    static MetaDataValue text(String value) {
        return MetaDataValue.newBuilder().setTextValue(value).build();
    }

    @Override
    public long last() {
        synchronized (stored) {
            return stored.size() - 1L;
        }
    }

    @Override
    public Reading<Hashed> hashesFrom(long position, int permits) {
        Reading<EventWithToken> reading = from(position, permits);
        var hash = new EventHash();
        return new Reading<>() {
            @Override
            public @Nullable Hashed next(Duration patience) throws InterruptedException {
                @Nullable EventWithToken event = reading.next(patience);
                return event == null ? null : new Hashed(event.getToken(), hash.of(event.getEvent()));
            }

            @Override
            public void close() {
                reading.close();
            }
        };
    }

    @Override
    public Reading<EventWithToken> from(long position, int permits) {
        return new Reading<>() {
            private int next = (int) position;

            @Override
            public @Nullable EventWithToken next(Duration patience) throws InterruptedException {
                synchronized (stored) {
                    if (next >= stored.size()) {
                        stored.wait(Math.max(1, patience.toMillis()));
                    }
                    if (next >= stored.size()) {
                        return null;
                    }
                    Event event = stored.get(next);
                    return EventWithToken.newBuilder()
                            .setToken(next++)
                            .setEvent(event)
                            .build();
                }
            }

            @Override
            public void close() {}
        };
    }
}
