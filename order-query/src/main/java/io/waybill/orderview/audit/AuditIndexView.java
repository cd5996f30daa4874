package io.waybill.orderview.audit;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.empty;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.gte;
import static com.mongodb.client.model.Filters.lt;

import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Indexes;
import io.waybill.chassis.messaging.Correlation;
import io.waybill.chassis.messaging.Positions;
import io.waybill.chassis.messaging.Projection;
import io.waybill.chassis.mongo.ViewStore;
import io.waybill.messages.operations.AuditQuery.AuditPage;
import io.waybill.messages.operations.AuditQuery.FindAuditedEvents;
import io.waybill.messages.operations.AuditQuery.FindRequest;
import io.waybill.messages.operations.AuditedEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.axonframework.config.ProcessingGroup;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.EventHandler;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.messaging.MetaData;
import org.axonframework.queryhandling.QueryHandler;
import org.axonframework.serialization.UnknownSerializedType;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/** One small document per event, whatever it is: by whom, in which request, caused by what. */
@Projection
@ProcessingGroup("audit-index")
class AuditIndexView {

    private static final String COLLECTION = "auditIndex";
    private static final String POSITION = "view.position";
    private static final String AGGREGATE = "view.aggregateId";
    private static final String TYPE = "view.type";
    private static final String ACTOR = "view.actor";
    private static final String CORRELATION = "view.correlationId";
    private static final String SERVICE = "view.service";
    private static final String AT = "view.at";

    private final ViewStore<AuditedEvent> events;

    AuditIndexView(MongoDatabase database) {
        events = new ViewStore<>(database, COLLECTION, AuditedEvent.class);
        for (String field : List.of(AGGREGATE, TYPE, ACTOR, CORRELATION, SERVICE)) {
            events.index(Indexes.compoundIndex(Indexes.ascending(field), Indexes.descending(POSITION)));
        }
        events.index(Indexes.descending(POSITION));
    }

    /** What is in an event is of no interest, so it is not even read. */
    @EventHandler(payloadType = Object.class)
    void on(EventMessage<?> message, TrackingToken token) {
        long position = Positions.of(token);
        events.keep(position, entry(message, position));
    }

    static AuditedEvent entry(EventMessage<?> message, long position) {
        MetaData metaData = message.getMetaData();
        @Nullable
        DomainEventMessage<?> ofAggregate =
                message instanceof DomainEventMessage<?> domain && domain.getType() != null ? domain : null;
        return new AuditedEvent(
                position,
                message.getIdentifier(),
                message.getTimestamp(),
                simpleName(message),
                ofAggregate == null ? null : ofAggregate.getType(),
                ofAggregate == null ? null : ofAggregate.getAggregateIdentifier(),
                ofAggregate == null ? null : ofAggregate.getSequenceNumber(),
                Correlation.text(metaData, Correlation.ACTOR),
                Correlation.text(metaData, Correlation.SERVICE),
                Correlation.text(metaData, Correlation.CORRELATION_ID),
                Correlation.text(metaData, Correlation.CAUSATION_ID),
                Correlation.text(metaData, Correlation.CAUSING_EVENT_ID));
    }

    /** Of an event that belongs to somebody else there is but the name under which it is stored. */
    private static String simpleName(EventMessage<?> message) {
        String name = UnknownSerializedType.class.equals(message.getPayloadType())
                ? ((UnknownSerializedType) message.getPayload())
                        .serializedType()
                        .getName()
                : message.getPayloadType().getName();
        return name.substring(Math.max(name.lastIndexOf('.'), name.lastIndexOf('$')) + 1);
    }

    @QueryHandler
    AuditPage handle(FindAuditedEvents query) {
        List<Bson> filters = new ArrayList<>();
        add(filters, query.aggregate(), value -> eq(AGGREGATE, value));
        add(filters, query.type(), value -> eq(TYPE, value));
        add(filters, query.actor(), value -> eq(ACTOR, value));
        add(filters, query.correlationId(), value -> eq(CORRELATION, value));
        add(filters, query.service(), value -> eq(SERVICE, value));
        add(filters, query.from(), value -> gte(AT, value));
        add(filters, query.to(), value -> lt(AT, value));
        add(filters, query.before(), value -> lt(POSITION, value));
        Bson filter = filters.isEmpty() ? empty() : and(filters);
        return page(filter, Indexes.descending(POSITION), query.limit());
    }

    @QueryHandler
    AuditPage handle(FindRequest query) {
        return page(eq(CORRELATION, query.correlationId()), Indexes.ascending(POSITION), query.limit());
    }

    /** Asks for one more than a page has, to know whether there are others. */
    private AuditPage page(Bson filter, Bson order, int limit) {
        List<AuditedEvent> found = events.find(filter, order, limit + 1);
        boolean more = found.size() > limit;
        return new AuditPage(more ? List.copyOf(found.subList(0, limit)) : found, more);
    }

    private static <T> void add(List<Bson> filters, @Nullable T value, Function<T, Bson> filter) {
        if (value != null) {
            filters.add(filter.apply(value));
        }
    }
}
