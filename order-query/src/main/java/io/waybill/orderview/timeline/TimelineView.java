package io.waybill.orderview.timeline;

import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Sorts.ascending;

import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Indexes;
import io.waybill.chassis.messaging.Correlation;
import io.waybill.chassis.messaging.Positions;
import io.waybill.chassis.messaging.Projection;
import io.waybill.chassis.mongo.ViewStore;
import io.waybill.messages.OrderRelated;
import io.waybill.messages.order.OrderQuery.FindTimeline;
import io.waybill.messages.order.OrderQuery.OrderTimeline;
import io.waybill.messages.order.TimelineEntry;
import java.time.Instant;
import java.util.List;
import org.axonframework.config.ProcessingGroup;
import org.axonframework.eventhandling.EventHandler;
import org.axonframework.eventhandling.Timestamp;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.messaging.MetaData;
import org.axonframework.messaging.annotation.MessageIdentifier;
import org.axonframework.queryhandling.QueryHandler;

/**
 * One document per event that belongs to an order. One per order would be read faster, but what is in it comes from many
 * aggregates and is numbered by none: if its store was put back under whoever writes it, nobody could tell that events
 * are missing, and the guard of the position would keep them out for good. Here an event that comes again finds its place.
 */
@Projection
@ProcessingGroup("timeline")
class TimelineView {

    public record Line(String orderId, TimelineEntry entry) {}

    private static final String ORDER_ID = "view.orderId";
    private static final String POSITION = "position";

    private final ViewStore<Line> lines;

    TimelineView(MongoDatabase database) {
        lines = new ViewStore<>(database, "timeline", Line.class);
        lines.index(Indexes.ascending(ORDER_ID, POSITION));
    }

    @EventHandler
    void on(
            OrderRelated event,
            TrackingToken token,
            MetaData metaData,
            @MessageIdentifier String eventId,
            @Timestamp Instant at) {
        long position = Positions.of(token);
        var entry = new TimelineEntry(
                position,
                at,
                eventId,
                event.getClass().getSimpleName(),
                Correlation.text(metaData, Correlation.SERVICE),
                Correlation.text(metaData, Correlation.ACTOR),
                Correlation.text(metaData, Correlation.CAUSATION_ID),
                Correlation.text(metaData, Correlation.CORRELATION_ID),
                Summary.of(event));
        lines.keep(position, new Line(event.orderId(), entry));
    }

    @QueryHandler
    OrderTimeline handle(FindTimeline query) {
        List<Line> story = lines.find(eq(ORDER_ID, query.orderId()), ascending(POSITION), 0);
        return new OrderTimeline(
                query.orderId(), story.stream().map(Line::entry).toList());
    }
}
