package io.waybill.orderview.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.chassis.messaging.Correlation;
import io.waybill.chassis.mongo.Databases;
import io.waybill.messages.operations.AuditQuery.AuditPage;
import io.waybill.messages.operations.AuditQuery.FindAuditedEvents;
import io.waybill.messages.operations.AuditQuery.FindRequest;
import io.waybill.messages.operations.AuditedEvent;
import io.waybill.messages.order.OrderEvent.OrderConfirmed;
import io.waybill.messages.order.OrderEvent.OrderRejected;
import io.waybill.orderview.audit.CausalTree.Node;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.axonframework.eventhandling.GenericEventMessage;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.axonframework.messaging.MetaData;
import org.axonframework.serialization.SimpleSerializedObject;
import org.axonframework.serialization.UnknownSerializedType;
import org.axonframework.serialization.jackson3.Jackson3Serializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditIndexViewTest {

    private static final Instant NOON = Instant.parse("2026-11-01T12:00:00Z");

    @SuppressWarnings("NullAway.Init")
    private static Databases databases;

    @SuppressWarnings("NullAway.Init")
    private static AuditIndexView view;

    /** Two orders of ada; eve has rejected the second one a minute later; and an event of no aggregate. */
    @BeforeAll
    static void index(@TempDir Path folder) {
        databases = new Databases("", folder);
        view = new AuditIndexView(databases.open("order_query"));
        store(0, "order-1", new OrderConfirmed("order-1", List.of()), "ada", "request-1");
        store(1, "order-2", new OrderConfirmed("order-2", List.of()), "ada", "request-2");
        store(2, "order-2", new OrderRejected("order-2", "NO"), "eve", "request-2");
        var look = new GenericEventMessage<>(
                "look", "an event of nobody", MetaData.emptyInstance(), NOON.plusSeconds(180));
        view.on(look, new GlobalSequenceTrackingToken(3));
    }

    @AfterAll
    static void close() {
        databases.close();
    }

    private static void store(long position, String orderId, Object event, String actor, String correlationId) {
        var message = new GenericDomainEventMessage<>(
                "Order",
                orderId,
                position,
                event,
                MetaData.from(Map.of(
                        Correlation.ACTOR,
                        actor,
                        Correlation.SERVICE,
                        "order-command",
                        Correlation.CORRELATION_ID,
                        correlationId,
                        Correlation.CAUSATION_ID,
                        "command-" + position)),
                "event-" + position,
                NOON.plusSeconds(60 * position));
        view.on(message, new GlobalSequenceTrackingToken(position));
    }

    private static FindAuditedEvents search(
            @Nullable String aggregate,
            @Nullable String type,
            @Nullable String actor,
            @Nullable String correlationId,
            @Nullable String service) {
        return new FindAuditedEvents(aggregate, type, actor, correlationId, service, null, null, 10, null);
    }

    private static List<Long> positions(FindAuditedEvents query) {
        return view.handle(query).items().stream().map(AuditedEvent::position).toList();
    }

    @Test
    void showsWhatIsKnownOfAnEvent() {
        assertThat(view.handle(search(null, "OrderRejected", null, null, null)).items())
                .containsExactly(new AuditedEvent(
                        2,
                        "event-2",
                        NOON.plusSeconds(120),
                        "OrderRejected",
                        "Order",
                        "order-2",
                        2L,
                        "eve",
                        "order-command",
                        "request-2",
                        "command-2",
                        null));
    }

    @Test
    void findsByEachFilter() {
        assertThat(positions(search(null, null, null, null, null))).containsExactly(3L, 2L, 1L, 0L);
        assertThat(positions(search("order-2", null, null, null, null))).containsExactly(2L, 1L);
        assertThat(positions(search(null, "OrderConfirmed", null, null, null))).containsExactly(1L, 0L);
        assertThat(positions(search(null, null, "eve", null, null))).containsExactly(2L);
        assertThat(positions(search(null, null, null, "request-1", null))).containsExactly(0L);
        assertThat(positions(search(null, null, null, null, "order-command"))).containsExactly(2L, 1L, 0L);
        assertThat(positions(search("order-2", "OrderConfirmed", "eve", null, null)))
                .isEmpty();
        assertThat(positions(new FindAuditedEvents(
                        null, null, null, null, null, NOON.plusSeconds(60), NOON.plusSeconds(120), 10, null)))
                .containsExactly(1L);
    }

    @Test
    void showsEachEventOnOnePage() {
        List<Long> seen = new ArrayList<>();
        @Nullable Long before = null;
        AuditPage page;
        do {
            page = view.handle(new FindAuditedEvents(null, null, null, null, null, null, null, 3, before));
            page.items().forEach(event -> seen.add(event.position()));
            before = page.items().getLast().position();
        } while (page.more());

        assertThat(seen).containsExactly(3L, 2L, 1L, 0L);
    }

    @Test
    void findsTheEventsOfARequestInTheirOrder() {
        assertThat(view.handle(new FindRequest("request-2", 10)).items())
                .extracting(AuditedEvent::position)
                .containsExactly(1L, 2L);
        assertThat(view.handle(new FindRequest("request-2", 1)).more()).isTrue();
    }

    @Test
    void anEventOfSomebodyElseHasTheNameItIsStoredUnder() {
        var unknown = new UnknownSerializedType(
                Jackson3Serializer.builder().build(),
                new SimpleSerializedObject<>("{}", String.class, "com.example.Elsewhere$Happened", null));
        var message = new GenericEventMessage<>(unknown);

        assertThat(AuditIndexView.entry(message, 7).type()).isEqualTo("Happened");
    }

    // The tree of a request.

    private static AuditedEvent event(String id, @Nullable String causation, @Nullable String cause) {
        return new AuditedEvent(0, id, NOON, "T", null, null, null, "ada", "s", "request", causation, cause);
    }

    @Test
    void eachEventIsBelowTheOneThatLedToIt() {
        var placed = event("placed", "place", null);
        var reserved = event("reserved", "reserve", "placed");
        var authorized = event("authorized", "authorize", "reserved");
        var also = event("also", "placed", null);

        CausalTree tree = CausalTree.of("request", List.of(placed, reserved, authorized, also), true);

        assertThat(tree.events()).isEqualTo(4);
        assertThat(tree.roots())
                .containsExactly(new Node(
                        placed,
                        List.of(
                                new Node(reserved, List.of(new Node(authorized, List.of()))),
                                new Node(also, List.of()))));
    }

    @Test
    void anEventWhoseCauseIsNotKnownIsARoot() {
        var first = event("first", "command-1", null);
        var second = event("second", "command-2", "elsewhere");

        assertThat(CausalTree.of("request", List.of(first, second), true).roots())
                .containsExactly(new Node(first, List.of()), new Node(second, List.of()));
    }
}
