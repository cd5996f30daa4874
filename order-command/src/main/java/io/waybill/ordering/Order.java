package io.waybill.ordering;

import static io.waybill.ordering.OrderLines.Place.CANCELLED;
import static io.waybill.ordering.OrderLines.Place.COMING_BACK;
import static io.waybill.ordering.OrderLines.Place.LEAVING;
import static io.waybill.ordering.OrderLines.Place.OPEN;
import static io.waybill.ordering.OrderLines.Place.RETURNED;
import static io.waybill.ordering.OrderLines.Place.SHIPPED;
import static org.axonframework.modelling.command.AggregateLifecycle.apply;

import io.waybill.chassis.messaging.Misuse;
import io.waybill.messages.Money;
import io.waybill.messages.order.InspectedLine;
import io.waybill.messages.order.LineQuantity;
import io.waybill.messages.order.OrderCommand.AcceptAmendment;
import io.waybill.messages.order.OrderCommand.AmendOrder;
import io.waybill.messages.order.OrderCommand.CancelOrder;
import io.waybill.messages.order.OrderCommand.CompleteReturn;
import io.waybill.messages.order.OrderCommand.ConfirmOrder;
import io.waybill.messages.order.OrderCommand.InspectReturn;
import io.waybill.messages.order.OrderCommand.PlaceOrder;
import io.waybill.messages.order.OrderCommand.ReceiveReturn;
import io.waybill.messages.order.OrderCommand.RecordBackorderArrival;
import io.waybill.messages.order.OrderCommand.RecordDelivery;
import io.waybill.messages.order.OrderCommand.RecordReturnRefundRefusal;
import io.waybill.messages.order.OrderCommand.RecordShipment;
import io.waybill.messages.order.OrderCommand.RefuseAmendment;
import io.waybill.messages.order.OrderCommand.RefuseShipment;
import io.waybill.messages.order.OrderCommand.RejectOrder;
import io.waybill.messages.order.OrderCommand.RequestExchange;
import io.waybill.messages.order.OrderCommand.RequestReturn;
import io.waybill.messages.order.OrderCommand.ShipOrder;
import io.waybill.messages.order.OrderDetails.ReturnStatus;
import io.waybill.messages.order.OrderDetails.ShipmentStatus;
import io.waybill.messages.order.OrderEvent;
import io.waybill.messages.order.OrderEvent.AmendmentRefused;
import io.waybill.messages.order.OrderEvent.AmendmentRequested;
import io.waybill.messages.order.OrderEvent.BackorderArrived;
import io.waybill.messages.order.OrderEvent.ExchangeRequested;
import io.waybill.messages.order.OrderEvent.OrderAmended;
import io.waybill.messages.order.OrderEvent.OrderCancelled;
import io.waybill.messages.order.OrderEvent.OrderConfirmed;
import io.waybill.messages.order.OrderEvent.OrderPlaced;
import io.waybill.messages.order.OrderEvent.OrderRejected;
import io.waybill.messages.order.OrderEvent.OrderShipped;
import io.waybill.messages.order.OrderEvent.RestCancelled;
import io.waybill.messages.order.OrderEvent.ReturnCompleted;
import io.waybill.messages.order.OrderEvent.ReturnInspected;
import io.waybill.messages.order.OrderEvent.ReturnReceived;
import io.waybill.messages.order.OrderEvent.ReturnRefundRefused;
import io.waybill.messages.order.OrderEvent.ReturnRequested;
import io.waybill.messages.order.OrderEvent.ShipmentDelivered;
import io.waybill.messages.order.OrderEvent.ShipmentRefused;
import io.waybill.messages.order.OrderEvent.ShipmentRequested;
import io.waybill.messages.order.OrderLine;
import io.waybill.messages.order.OrderStatus;
import io.waybill.ordering.OrderLifecycle.Operation;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.modelling.command.AggregateCreationPolicy;
import org.axonframework.modelling.command.AggregateIdentifier;
import org.axonframework.modelling.command.AggregateLifecycle;
import org.axonframework.modelling.command.CreationPolicy;
import org.axonframework.spring.stereotype.Aggregate;
import org.jspecify.annotations.Nullable;

/**
 * An order. Which status allows what is {@link OrderLifecycle}'s, where the pieces are {@link OrderLines}'. The handlers
 * create the order if it is missing, so that an unknown one is refused here and not in the framework.
 */
@Aggregate
class Order {

    private record Shipment(ShipmentRequested requested, ShipmentStatus status) {}

    private record Return(
            ReturnRequested requested,
            ReturnStatus status,
            @Nullable ReturnInspected inspected) {

        int announced(String sku) {
            return requested.lines().stream()
                    .filter(line -> line.sku().equals(sku))
                    .mapToInt(LineQuantity::quantity)
                    .sum();
        }

        Return in(ReturnStatus other) {
            return new Return(requested, other, inspected);
        }
    }

    @AggregateIdentifier
    @SuppressWarnings("UnusedVariable") // Axon reads it
    private @Nullable String orderId;

    private @Nullable OrderPlaced placed;
    private OrderStatus status = OrderStatus.PLACED;
    private OrderLines lines = OrderLines.NONE;
    /** The most the order ever cost: so much was authorized, and a cheaper order gives nothing back before its end. */
    private long authorizedMinor;

    private @Nullable AmendmentRequested pendingAmendment;
    private final Set<String> amendments = new HashSet<>();
    private final Set<String> cancellations = new HashSet<>();
    private final Set<String> arrivedSkus = new HashSet<>();
    /** In the order of their request, so that the same history always delivers them in the same order. */
    private final Map<String, Shipment> shipments = new LinkedHashMap<>();

    private final Map<String, Return> returns = new HashMap<>();

    // Checkout.

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(PlaceOrder command) {
        if (placed == null) {
            apply(new OrderPlaced(
                    command.orderId(),
                    command.customerId(),
                    command.lines(),
                    OrderLines.totalOf(command.lines()),
                    command.shippingAddress(),
                    command.paymentToken(),
                    command.exchangeFor()));
        } else if (!isRepeatedBy(command, placed)) {
            throw Misuse.invalid(
                    "IDEMPOTENCY_KEY_REUSED",
                    "This Idempotency-Key came with another body before. Use a new key for a new order.");
        }
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(ConfirmOrder command) {
        known(command.orderId());
        if (may(Operation.CONFIRM)) {
            List<String> waiting = command.backordered().stream()
                    .filter(sku -> !arrivedSkus.contains(sku))
                    .toList();
            apply(new OrderConfirmed(command.orderId(), waiting));
        }
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(RejectOrder command) {
        known(command.orderId());
        if (may(Operation.REJECT)) {
            apply(new OrderRejected(command.orderId(), command.reason()));
        }
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(RecordBackorderArrival command) {
        known(command.orderId());
        // Before the confirmation the order does not know yet which lines wait.
        boolean news = status == OrderStatus.PLACED
                ? !arrivedSkus.contains(command.sku())
                : lines.isBackordered(command.sku());
        if (may(Operation.STOCK_ARRIVES) && news) {
            apply(new BackorderArrived(command.orderId(), command.sku()));
        }
    }

    // Cancellation.

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(CancelOrder command) {
        OrderPlaced order = known(command.orderId());
        if (cancellations.contains(command.cancellationId()) || !may(Operation.CANCEL)) {
            return;
        }
        if (lines.onlyIn(OPEN, CANCELLED)) {
            expectVersion(command.expectedVersion());
            if (pendingAmendment != null) {
                apply(new AmendmentRefused(order.orderId(), pendingAmendment.amendmentId(), "ORDER_CANCELLED"));
            }
            apply(new OrderCancelled(order.orderId(), command.reason(), status, lines.skus()));
            return;
        }
        List<LineQuantity> rest = lines.in(OPEN);
        if (rest.isEmpty()) {
            throw Misuse.conflict(
                    "ORDER_NOT_CANCELLABLE", "Everything that is left of the order is about to be shipped.");
        }
        expectVersion(command.expectedVersion());
        boolean complete = lines.move(rest, OPEN, CANCELLED).isComplete();
        apply(new RestCancelled(order.orderId(), command.cancellationId(), command.reason(), rest, complete));
    }

    // Amendment.

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(AmendOrder command) {
        known(command.orderId());
        if (amendments.contains(command.amendmentId()) || !may(Operation.AMEND)) {
            return;
        }
        if (pendingAmendment != null) {
            throw amendmentPending();
        }
        if (!lines.onlyIn(OPEN)) {
            throw Misuse.conflict("ORDER_NOT_AMENDABLE", "Parts of the order are cancelled, or about to be shipped.");
        }
        AmendmentRequested amendment = amendment(command);
        if (amendment.increases().isEmpty() && amendment.decreases().isEmpty()) {
            throw Misuse.invalid("NOTHING_AMENDED", "The order has exactly these lines.");
        }
        if (amendment.increases().stream().anyMatch(line -> lines.isBackordered(line.sku()))) {
            throw lineBackordered("A line that waits for stock to arrive cannot be increased.");
        }
        expectVersion(command.expectedVersion());
        apply(amendment);
    }

    private AmendmentRequested amendment(AmendOrder command) {
        List<OrderLine> wanted = lines.atOldPrices(command.lines());
        Money total = OrderLines.totalOf(wanted);
        if (!total.currency().equals(known(command.orderId()).total().currency())) {
            throw OrderLines.mixedCurrencies();
        }
        return new AmendmentRequested(
                command.orderId(),
                command.amendmentId(),
                wanted,
                total,
                OrderLines.surplus(wanted, lines.ordered()),
                OrderLines.surplus(lines.ordered(), wanted),
                new Money(Math.max(0, total.minor() - authorizedMinor), total.currency()));
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(AcceptAmendment command) {
        @Nullable AmendmentRequested amendment = pending(command.orderId(), command.amendmentId());
        if (amendment != null) {
            apply(new OrderAmended(command.orderId(), command.amendmentId(), amendment.lines(), amendment.total()));
        }
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(RefuseAmendment command) {
        if (pending(command.orderId(), command.amendmentId()) != null) {
            apply(new AmendmentRefused(command.orderId(), command.amendmentId(), command.reason()));
        }
    }

    /** The amendment if it is pending, null if it has been decided. */
    private @Nullable AmendmentRequested pending(String id, String amendmentId) {
        known(id);
        if (!amendments.contains(amendmentId)) {
            throw Misuse.notFound("AMENDMENT_NOT_FOUND", "The order has no amendment " + amendmentId + ".");
        }
        return pendingAmendment != null && pendingAmendment.amendmentId().equals(amendmentId) ? pendingAmendment : null;
    }

    // Shipment.

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(ShipOrder command) {
        known(command.orderId());
        if (shipments.containsKey(command.shipmentId()) || !may(Operation.SHIP)) {
            return;
        }
        if (pendingAmendment != null) {
            throw amendmentPending();
        }
        List<LineQuantity> sent = command.lines().isEmpty() ? lines.shippable() : command.lines();
        if (sent.isEmpty()) {
            throw Misuse.conflict(
                    "NOTHING_TO_SHIP", "Everything is shipped, about to be, or waits for stock to arrive.");
        }
        lines.require(sent, OPEN, "NOT_SHIPPABLE", "shipped");
        if (sent.stream().anyMatch(line -> lines.isBackordered(line.sku()))) {
            throw lineBackordered("A line that waits for stock to arrive cannot be shipped.");
        }
        expectVersion(command.expectedVersion());
        apply(new ShipmentRequested(
                command.orderId(), command.shipmentId(), sent, lines.priceOf(sent), command.trackingCode()));
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(RecordShipment command) {
        Shipment shipment = shipment(command.orderId(), command.shipmentId());
        if (shipment.status() == ShipmentStatus.REQUESTED) {
            ShipmentRequested sent = shipment.requested();
            apply(new OrderShipped(
                    command.orderId(),
                    command.shipmentId(),
                    sent.lines(),
                    sent.amount(),
                    sent.trackingCode(),
                    lines.move(sent.lines(), LEAVING, SHIPPED).isComplete()));
        }
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(RefuseShipment command) {
        if (shipment(command.orderId(), command.shipmentId()).status() == ShipmentStatus.REQUESTED) {
            apply(new ShipmentRefused(command.orderId(), command.shipmentId(), command.reason()));
        }
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(RecordDelivery command) {
        known(command.orderId());
        if (command.shipmentId() != null) {
            deliver(shipment(command.orderId(), command.shipmentId()));
        } else if (may(Operation.DELIVER)) {
            onTheirWay().forEach(this::deliver);
        }
    }

    private void deliver(Shipment shipment) {
        ShipmentRequested sent = shipment.requested();
        switch (shipment.status()) {
            case REQUESTED, REFUSED ->
                throw Misuse.conflict("SHIPMENT_NOT_SHIPPED", "The shipment has not left the house.");
            case SHIPPED -> {
                boolean complete = lines.isComplete() && onTheirWay().size() == 1;
                apply(new ShipmentDelivered(sent.orderId(), sent.shipmentId(), complete));
            }
            case DELIVERED -> {}
        }
    }

    private List<Shipment> onTheirWay() {
        return shipments.values().stream()
                .filter(shipment -> shipment.status() == ShipmentStatus.SHIPPED)
                .toList();
    }

    private Shipment shipment(String id, String shipmentId) {
        known(id);
        @Nullable Shipment shipment = shipments.get(shipmentId);
        if (shipment == null) {
            throw Misuse.notFound("SHIPMENT_NOT_FOUND", "The order has no shipment " + shipmentId + ".");
        }
        return shipment;
    }

    // Return and exchange.

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(RequestReturn command) {
        known(command.orderId());
        if (canReturn(command.returnId(), command.lines())) {
            apply(new ReturnRequested(command.orderId(), command.returnId(), command.lines(), command.reason(), null));
        }
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(RequestExchange command) {
        OrderPlaced order = known(command.orderId());
        if (canReturn(command.returnId(), command.lines())) {
            // Lines that make no order are refused while there is someone to tell.
            OrderLines.totalOf(command.wanted());
            apply(new ReturnRequested(
                    command.orderId(),
                    command.returnId(),
                    command.lines(),
                    command.reason(),
                    command.exchangeOrderId()));
            apply(new ExchangeRequested(
                    command.orderId(),
                    command.returnId(),
                    command.exchangeOrderId(),
                    order.customerId(),
                    command.wanted(),
                    order.shippingAddress(),
                    command.paymentToken()));
        }
    }

    /** False if the return has been announced before. */
    private boolean canReturn(String returnId, List<LineQuantity> pieces) {
        if (returns.containsKey(returnId) || !may(Operation.RETURN)) {
            return false;
        }
        if (pieces.isEmpty()) {
            throw Misuse.invalid("RETURN_EMPTY", "A return has at least one line.");
        }
        lines.require(pieces, SHIPPED, "NOT_RETURNABLE", "returned");
        return true;
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(ReceiveReturn command) {
        if (returned(command.orderId(), command.returnId()).status() == ReturnStatus.REQUESTED) {
            apply(new ReturnReceived(command.orderId(), command.returnId()));
        }
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(InspectReturn command) {
        Return goods = returned(command.orderId(), command.returnId());
        ReturnInspected inspection = inspection(command, goods);
        if (goods.inspected() != null) {
            if (!goods.inspected().equals(inspection)) {
                throw Misuse.conflict("RETURN_ALREADY_INSPECTED", "The return was inspected with another result.");
            }
            return;
        }
        if (goods.status() == ReturnStatus.REQUESTED) {
            apply(new ReturnReceived(command.orderId(), command.returnId()));
        }
        apply(inspection);
    }

    private ReturnInspected inspection(InspectReturn command, Return goods) {
        OrderLines.refuseRepeated(command.lines().stream().map(InspectedLine::sku));
        for (InspectedLine line : command.lines()) {
            if (line.restocked() < 0
                    || line.writtenOff() < 0
                    || (long) line.restocked() + line.writtenOff() > goods.announced(line.sku())) {
                throw Misuse.invalid(
                        "NOT_ANNOUNCED",
                        "Of " + line.sku() + " " + goods.announced(line.sku())
                                + " pieces were announced to come back.");
            }
        }
        List<InspectedLine> came = command.lines().stream()
                .filter(line -> line.restocked() + line.writtenOff() > 0)
                .toList();
        Money price = lines.priceOf(pieces(came));
        Money refund = Objects.requireNonNullElse(command.refund(), price);
        if (!refund.currency().equals(price.currency()) || refund.minor() < 0 || refund.minor() > price.minor()) {
            throw Misuse.invalid(
                    "REFUND_NOT_POSSIBLE",
                    "What came back cost " + price.minor() + " minor units of " + price.currency()
                            + "; refund that or less.");
        }
        return new ReturnInspected(command.orderId(), command.returnId(), came, refund);
    }

    private static List<LineQuantity> pieces(List<InspectedLine> came) {
        return came.stream()
                .map(line -> new LineQuantity(line.sku(), line.restocked() + line.writtenOff()))
                .toList();
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(CompleteReturn command) {
        Return goods = returned(command.orderId(), command.returnId());
        Money refund = inspected(goods).refund();
        if (goods.status() != ReturnStatus.COMPLETED) {
            apply(new ReturnCompleted(command.orderId(), command.returnId(), refund));
        }
    }

    @CommandHandler
    @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
    void handle(RecordReturnRefundRefusal command) {
        Return goods = returned(command.orderId(), command.returnId());
        inspected(goods);
        if (goods.status() == ReturnStatus.INSPECTED) {
            apply(new ReturnRefundRefused(command.orderId(), command.returnId(), command.reason()));
        }
    }

    private static ReturnInspected inspected(Return goods) {
        if (goods.inspected() == null) {
            throw Misuse.conflict("RETURN_NOT_INSPECTED", "The returned goods have not been inspected.");
        }
        return goods.inspected();
    }

    private Return returned(String id, String returnId) {
        known(id);
        @Nullable Return goods = returns.get(returnId);
        if (goods == null) {
            throw Misuse.notFound("RETURN_NOT_FOUND", "The order has no return " + returnId + ".");
        }
        return goods;
    }

    // What happened.

    @EventSourcingHandler
    void on(OrderEvent event) {
        switch (event) {
            case OrderPlaced order -> {
                orderId = order.orderId();
                placed = order;
                lines = OrderLines.of(order.lines());
                authorizedMinor = order.total().minor();
            }
            case OrderConfirmed confirmed -> {
                lines = lines.backordered(confirmed.backordered(), true);
                move(Operation.CONFIRM, OrderStatus.CONFIRMED);
            }
            case OrderRejected rejected -> move(Operation.REJECT, OrderStatus.REJECTED);
            case BackorderArrived arrived -> {
                arrivedSkus.add(arrived.sku());
                lines = lines.backordered(List.of(arrived.sku()), false);
            }
            case OrderCancelled cancelled -> move(Operation.CANCEL, OrderStatus.CANCELLED);
            case RestCancelled cancelled -> {
                cancellations.add(cancelled.cancellationId());
                lines = lines.move(cancelled.lines(), OPEN, CANCELLED);
                move(Operation.CANCEL, progress());
            }
            case AmendmentRequested amendment -> {
                amendments.add(amendment.amendmentId());
                pendingAmendment = amendment;
            }
            case OrderAmended amended -> {
                lines = lines.amended(amended.lines());
                authorizedMinor = Math.max(authorizedMinor, amended.total().minor());
                pendingAmendment = null;
            }
            case AmendmentRefused refused -> pendingAmendment = null;
            case ShipmentRequested sent -> {
                shipments.put(sent.shipmentId(), new Shipment(sent, ShipmentStatus.REQUESTED));
                lines = lines.move(sent.lines(), OPEN, LEAVING);
            }
            case OrderShipped shipped -> {
                mark(shipped.shipmentId(), ShipmentStatus.SHIPPED);
                lines = lines.move(shipped.lines(), LEAVING, SHIPPED);
                move(Operation.SHIP, progress());
            }
            case ShipmentRefused refused -> {
                ShipmentRequested sent = mark(refused.shipmentId(), ShipmentStatus.REFUSED);
                lines = lines.move(sent.lines(), LEAVING, OPEN);
            }
            case ShipmentDelivered delivered -> {
                mark(delivered.shipmentId(), ShipmentStatus.DELIVERED);
                move(Operation.DELIVER, progress());
            }
            case ReturnRequested announced -> {
                returns.put(announced.returnId(), new Return(announced, ReturnStatus.REQUESTED, null));
                lines = lines.move(announced.lines(), SHIPPED, COMING_BACK);
            }
            case ExchangeRequested exchange -> {}
            case ReturnReceived received -> mark(received.returnId(), ReturnStatus.RECEIVED);
            case ReturnInspected inspected -> {
                ReturnRequested announced =
                        returned(inspected.orderId(), inspected.returnId()).requested();
                returns.put(inspected.returnId(), new Return(announced, ReturnStatus.INSPECTED, inspected));
                // What was announced and did not come stays with the customer.
                lines = lines.move(announced.lines(), COMING_BACK, SHIPPED)
                        .move(pieces(inspected.lines()), SHIPPED, RETURNED);
            }
            case ReturnCompleted completed -> mark(completed.returnId(), ReturnStatus.COMPLETED);
            case ReturnRefundRefused refused -> mark(refused.returnId(), ReturnStatus.REFUND_REFUSED);
        }
    }

    private void move(Operation operation, OrderStatus to) {
        status = OrderLifecycle.move(status, operation, to);
    }

    /** Where a confirmed order stands, going by where its pieces are. */
    private OrderStatus progress() {
        if (lines.onlyIn(OPEN, LEAVING, CANCELLED)) {
            return OrderStatus.CONFIRMED;
        }
        if (!lines.isComplete()) {
            return OrderStatus.PARTIALLY_SHIPPED;
        }
        return onTheirWay().isEmpty() ? OrderStatus.DELIVERED : OrderStatus.SHIPPED;
    }

    private ShipmentRequested mark(String shipmentId, ShipmentStatus shipmentStatus) {
        ShipmentRequested sent =
                Objects.requireNonNull(shipments.get(shipmentId)).requested();
        shipments.put(shipmentId, new Shipment(sent, shipmentStatus));
        return sent;
    }

    private void mark(String returnId, ReturnStatus returnStatus) {
        returns.computeIfPresent(returnId, (id, goods) -> goods.in(returnStatus));
    }

    // Who may do what.

    private OrderPlaced known(String id) {
        if (placed == null) {
            throw Misuse.notFound("ORDER_NOT_FOUND", "There is no order " + id + ".");
        }
        return placed;
    }

    /** False if there is nothing left to be done. */
    private boolean may(Operation operation) {
        return OrderLifecycle.allows(status, operation);
    }

    /** Comes after all other refusals and right before the change, as RFC 9110 wants it of a precondition. */
    private static void expectVersion(@Nullable Long expected) {
        long version = AggregateLifecycle.getVersion();
        if (expected != null && expected != version) {
            throw Misuse.stale(
                    "VERSION_MISMATCH",
                    "The order is at version " + version + ", not " + expected + ". Look at it again.");
        }
    }

    private static Misuse amendmentPending() {
        return Misuse.conflict("AMENDMENT_PENDING", "An amendment of the order is being arranged. Wait for it.");
    }

    private static Misuse lineBackordered(String detail) {
        return Misuse.conflict("LINE_BACKORDERED", detail);
    }

    /** The unit prices are left out: they may have changed between the two requests, and the first ones count. */
    private static boolean isRepeatedBy(PlaceOrder command, OrderPlaced placed) {
        return command.customerId().equals(placed.customerId())
                && OrderLines.quantities(command.lines()).equals(OrderLines.quantities(placed.lines()))
                && command.shippingAddress().equals(placed.shippingAddress())
                && command.paymentToken().equals(placed.paymentToken())
                && Objects.equals(command.exchangeFor(), placed.exchangeFor());
    }
}
