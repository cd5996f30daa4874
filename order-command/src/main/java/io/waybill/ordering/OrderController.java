package io.waybill.ordering;

import io.waybill.chassis.messaging.RequestCommands;
import io.waybill.chassis.web.Idempotency;
import io.waybill.chassis.web.InvalidRequest;
import io.waybill.chassis.web.InvalidRequest.Fault;
import io.waybill.chassis.web.RequestRefused;
import io.waybill.messages.DerivedId;
import io.waybill.messages.Money;
import io.waybill.messages.order.Address;
import io.waybill.messages.order.InspectedLine;
import io.waybill.messages.order.LineQuantity;
import io.waybill.messages.order.OrderCommand;
import io.waybill.messages.order.OrderCommand.AmendOrder;
import io.waybill.messages.order.OrderCommand.CancelOrder;
import io.waybill.messages.order.OrderCommand.InspectReturn;
import io.waybill.messages.order.OrderCommand.PlaceOrder;
import io.waybill.messages.order.OrderCommand.ReceiveReturn;
import io.waybill.messages.order.OrderCommand.RecordDelivery;
import io.waybill.messages.order.OrderCommand.RequestExchange;
import io.waybill.messages.order.OrderCommand.RequestReturn;
import io.waybill.messages.order.OrderCommand.ShipOrder;
import io.waybill.messages.order.OrderLine;
import io.waybill.messages.order.OrderStatus;
import io.waybill.ordering.pricelist.PriceList;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Takes orders, and changes to them, from the outside. */
@RestController
@RequestMapping("/api/orders")
class OrderController {

    /** Keeps an order, and the aggregate that carries it, at a size that is loaded in milliseconds. */
    private static final int MAX_LINES = 100;
    /** With the highest price and the most lines the total still fits a long. */
    private static final int MAX_QUANTITY = 1_000_000;
    /** A few sentences; what is longer belongs elsewhere. */
    private static final int MAX_REASON_LENGTH = 500;
    /** Longer than any that Waybill or a carrier gives. */
    private static final int MAX_ID_LENGTH = 64;

    private static final String TOKEN = "[A-Za-z]{2,}_[A-Za-z0-9_]+";
    private static final String TOKEN_MESSAGE =
            "must be a token of the payment provider, such as tok_ok; never a card number";

    private final RequestCommands commands;
    private final Idempotency idempotency;
    private final PriceList priceList;
    private final CheckoutBacklog backlog;

    OrderController(RequestCommands commands, Idempotency idempotency, PriceList priceList, CheckoutBacklog backlog) {
        this.commands = commands;
        this.idempotency = idempotency;
        this.priceList = priceList;
        this.backlog = backlog;
    }

    record NewOrder(
            @NotBlank @Size(max = MAX_ID_LENGTH) String customerId,
            @NotEmpty @Size(max = MAX_LINES) List<@NotNull @Valid NewLine> lines,
            @NotNull @Valid ShippingAddress shippingAddress,

            @NotBlank @Size(max = 255) @Pattern(regexp = TOKEN, message = TOKEN_MESSAGE)
            String paymentToken) {}

    record NewLine(
            @NotBlank @Size(max = MAX_ID_LENGTH) String sku,
            @NotNull @Min(1) @Max(MAX_QUANTITY) Integer quantity) {}

    record ShippingAddress(
            @NotBlank @Size(max = 200) String name,
            @NotBlank @Size(max = 200) String line1,
            @Nullable @Size(max = 200) String line2,
            @NotBlank @Size(max = 20) String postalCode,
            @NotBlank @Size(max = 100) String city,

            @NotBlank @Pattern(regexp = "[A-Z]{2}", message = "must be an ISO 3166-1 alpha-2 code, such as GB")
            String country) {

        Address asAddress() {
            return new Address(name, line1, line2, postalCode, city, country);
        }
    }

    record Cancellation(
            @NotBlank @Size(max = MAX_REASON_LENGTH) String reason) {}

    record Amendment(@NotEmpty @Size(max = MAX_LINES) List<@NotNull @Valid NewLine> lines) {}

    /** Without lines, all that can be sent. */
    record Shipment(
            @Nullable @Size(min = 1, max = MAX_LINES) List<@NotNull @Valid NewLine> lines,
            @Nullable @Size(min = 1, max = MAX_ID_LENGTH) String trackingCode) {}

    /** Without an ID, all that is on its way. */
    record Delivery(
            @Nullable @Size(min = 1, max = MAX_ID_LENGTH) String shipmentId) {}

    record Return(
            @NotEmpty @Size(max = MAX_LINES) List<@NotNull @Valid NewLine> lines,
            @NotBlank @Size(max = MAX_REASON_LENGTH) String reason) {}

    record Receipt() {}

    /** Without a refund, the full price of what came back. */
    record Inspection(
            @NotEmpty @Size(max = MAX_LINES) List<@NotNull @Valid Finding> lines,
            @Nullable @Valid Refund refund) {}

    record Finding(
            @NotBlank @Size(max = MAX_ID_LENGTH) String sku,
            @NotNull @Min(0) @Max(MAX_QUANTITY) Integer restocked,
            @NotNull @Min(0) @Max(MAX_QUANTITY) Integer writtenOff) {}

    record Refund(@NotNull @Min(0) Long minor, @NotBlank String currency) {

        Money asMoney() {
            try {
                return new Money(minor, currency);
            } catch (IllegalArgumentException e) {
                throw new InvalidRequest(List.of(
                        new Fault("/refund/currency", "UNKNOWN_CURRENCY", "Use an ISO 4217 code, such as EUR.")));
            }
        }
    }

    record Exchange(
            @NotEmpty @Size(max = MAX_LINES) List<@NotNull @Valid NewLine> lines,
            @NotBlank @Size(max = MAX_REASON_LENGTH) String reason,
            @NotEmpty @Size(max = MAX_LINES) List<@NotNull @Valid NewLine> wanted,

            @NotBlank @Size(max = 255) @Pattern(regexp = TOKEN, message = TOKEN_MESSAGE)
            String paymentToken) {}

    record PlacedOrder(String orderId, OrderStatus status, long position) {}

    record CancelledOrder(String orderId, String cancellationId, long position) {}

    record AmendedOrder(String orderId, String amendmentId, long position) {}

    record ShippedOrder(String orderId, String shipmentId, long position) {}

    record DeliveredOrder(String orderId, long position) {}

    record ReturnedGoods(String orderId, String returnId, long position) {}

    record ExchangedGoods(String orderId, String returnId, String exchangeOrderId, long position) {}

    @PostMapping
    ResponseEntity<Object> place(@RequestHeader(Idempotency.HEADER) String key, @RequestBody NewOrder order) {
        // Before anything is written: to refuse has to cost next to nothing.
        backlog.refuseIfFull();
        return idempotency.once("POST /api/orders", key, order, orderId -> {
            refuseRepeatedSkus("/lines", skus(order.lines()));
            long position = send(new PlaceOrder(
                    orderId,
                    order.customerId(),
                    priced("/lines", order.lines(), prices()),
                    order.shippingAddress().asAddress(),
                    order.paymentToken(),
                    null));
            return ResponseEntity.accepted()
                    .location(URI.create("/api/orders/" + orderId))
                    .body(new PlacedOrder(orderId, OrderStatus.PLACED, position));
        });
    }

    @PostMapping("/{orderId}/cancel")
    ResponseEntity<Object> cancel(
            @PathVariable String orderId,
            @RequestHeader(name = Idempotency.HEADER, required = false) @Nullable String key,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String version,
            @RequestBody Cancellation cancellation) {
        return idempotency.once("POST /api/orders/" + orderId + "/cancel", key, cancellation, id -> {
            long position = send(new CancelOrder(orderId, id, cancellation.reason(), versionOf(version)));
            return accepted(new CancelledOrder(orderId, id, position));
        });
    }

    @PostMapping("/{orderId}/amend")
    ResponseEntity<Object> amend(
            @PathVariable String orderId,
            @RequestHeader(name = Idempotency.HEADER, required = false) @Nullable String key,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String version,
            @RequestBody Amendment amendment) {
        return idempotency.once("POST /api/orders/" + orderId + "/amend", key, amendment, id -> {
            refuseRepeatedSkus("/lines", skus(amendment.lines()));
            List<OrderLine> lines = priced("/lines", amendment.lines(), prices());
            long position = send(new AmendOrder(orderId, id, lines, versionOf(version)));
            return accepted(new AmendedOrder(orderId, id, position));
        });
    }

    @PostMapping("/{orderId}/shipments")
    ResponseEntity<Object> ship(
            @PathVariable String orderId,
            @RequestHeader(name = Idempotency.HEADER, required = false) @Nullable String key,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String version,
            @RequestBody(required = false) @Nullable Shipment body) {
        Shipment shipment = Objects.requireNonNullElse(body, new Shipment(null, null));
        return idempotency.once("POST /api/orders/" + orderId + "/shipments", key, shipment, id -> {
            List<LineQuantity> lines = pieces(Objects.requireNonNullElse(shipment.lines(), List.of()));
            long position = send(new ShipOrder(orderId, id, lines, shipment.trackingCode(), versionOf(version)));
            return accepted(new ShippedOrder(orderId, id, position));
        });
    }

    @PostMapping("/{orderId}/deliveries")
    ResponseEntity<Object> deliver(
            @PathVariable String orderId,
            @RequestHeader(name = Idempotency.HEADER, required = false) @Nullable String key,
            @RequestBody(required = false) @Nullable Delivery body) {
        Delivery delivery = Objects.requireNonNullElse(body, new Delivery(null));
        return idempotency.once("POST /api/orders/" + orderId + "/deliveries", key, delivery, id -> {
            long position = send(new RecordDelivery(orderId, delivery.shipmentId()));
            return accepted(new DeliveredOrder(orderId, position));
        });
    }

    @PostMapping("/{orderId}/returns")
    ResponseEntity<Object> returnGoods(
            @PathVariable String orderId,
            @RequestHeader(name = Idempotency.HEADER, required = false) @Nullable String key,
            @RequestBody Return goods) {
        return idempotency.once("POST /api/orders/" + orderId + "/returns", key, goods, id -> {
            long position = send(new RequestReturn(orderId, id, pieces(goods.lines()), goods.reason()));
            return accepted(new ReturnedGoods(orderId, id, position));
        });
    }

    @PostMapping("/{orderId}/returns/{returnId}/receipts")
    ResponseEntity<Object> receive(
            @PathVariable String orderId,
            @PathVariable String returnId,
            @RequestHeader(name = Idempotency.HEADER, required = false) @Nullable String key,
            @RequestBody(required = false) @Nullable Receipt body) {
        String operation = "POST /api/orders/" + orderId + "/returns/" + returnId + "/receipts";
        return idempotency.once(operation, key, new Receipt(), id -> {
            long position = send(new ReceiveReturn(orderId, returnId));
            return accepted(new ReturnedGoods(orderId, returnId, position));
        });
    }

    @PostMapping("/{orderId}/returns/{returnId}/inspections")
    ResponseEntity<Object> inspect(
            @PathVariable String orderId,
            @PathVariable String returnId,
            @RequestHeader(name = Idempotency.HEADER, required = false) @Nullable String key,
            @RequestBody Inspection inspection) {
        String operation = "POST /api/orders/" + orderId + "/returns/" + returnId + "/inspections";
        return idempotency.once(operation, key, inspection, id -> {
            refuseRepeatedSkus(
                    "/lines", inspection.lines().stream().map(Finding::sku).toList());
            List<InspectedLine> lines = inspection.lines().stream()
                    .map(line -> new InspectedLine(line.sku(), line.restocked(), line.writtenOff()))
                    .toList();
            @Nullable
            Money refund =
                    inspection.refund() == null ? null : inspection.refund().asMoney();
            long position = send(new InspectReturn(orderId, returnId, lines, refund));
            return accepted(new ReturnedGoods(orderId, returnId, position));
        });
    }

    /** The ID of the order to come is derived, so that a repeated exchange is for the same one. */
    @PostMapping("/{orderId}/exchanges")
    ResponseEntity<Object> exchange(
            @PathVariable String orderId,
            @RequestHeader(name = Idempotency.HEADER, required = false) @Nullable String key,
            @RequestBody Exchange exchange) {
        return idempotency.once("POST /api/orders/" + orderId + "/exchanges", key, exchange, id -> {
            refuseRepeatedSkus("/wanted", skus(exchange.wanted()));
            String exchangeOrderId = DerivedId.derive("exchange", orderId, id);
            long position = send(new RequestExchange(
                    orderId,
                    id,
                    pieces(exchange.lines()),
                    exchange.reason(),
                    exchangeOrderId,
                    priced("/wanted", exchange.wanted(), prices()),
                    exchange.paymentToken()));
            return accepted(new ExchangedGoods(orderId, id, exchangeOrderId, position));
        });
    }

    private long send(OrderCommand command) {
        return commands.send(command).position();
    }

    private static ResponseEntity<Object> accepted(Object answer) {
        return ResponseEntity.accepted().body(answer);
    }

    /** The version that an {@code If-Match: "<version>"} asks for; null without the header. */
    static @Nullable Long versionOf(@Nullable String ifMatch) {
        if (ifMatch == null) {
            return null;
        }
        if (!ifMatch.matches("\"\\d{1,18}\"")) {
            throw new RequestRefused(
                    HttpStatus.BAD_REQUEST,
                    "IF_MATCH_INVALID",
                    "The header If-Match takes the version of the order, in quotes: \"3\".");
        }
        return Long.valueOf(ifMatch.substring(1, ifMatch.length() - 1));
    }

    private Function<String, Optional<Money>> prices() {
        if (priceList.isRebuilding()) {
            throw new RequestRefused(
                    HttpStatus.SERVICE_UNAVAILABLE,
                    "PRICE_LIST_REBUILDING",
                    "The prices are being read again. Repeat the request unchanged in a moment.");
        }
        return priceList::unitPrice;
    }

    /** Lines as they are ordered, at the prices of the list. */
    static List<OrderLine> priced(String pointer, List<NewLine> lines, Function<String, Optional<Money>> unitPrice) {
        List<OrderLine> priced = new ArrayList<>();
        List<Fault> unknown = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            NewLine line = lines.get(i);
            Optional<Money> price = unitPrice.apply(line.sku());
            if (price.isPresent()) {
                priced.add(new OrderLine(line.sku(), line.quantity(), price.get()));
            } else {
                unknown.add(new Fault(pointer + "/" + i + "/sku", "UNKNOWN_SKU", "There is no product of this SKU."));
            }
        }
        if (!unknown.isEmpty()) {
            throw InvalidRequest.contradicting(
                    "UNKNOWN_SKU", "The order names a product that does not exist.", unknown);
        }
        return priced;
    }

    private static List<LineQuantity> pieces(List<NewLine> lines) {
        refuseRepeatedSkus("/lines", skus(lines));
        return lines.stream()
                .map(line -> new LineQuantity(line.sku(), line.quantity()))
                .toList();
    }

    private static List<String> skus(List<NewLine> lines) {
        return lines.stream().map(NewLine::sku).toList();
    }

    static void refuseRepeatedSkus(String pointer, List<String> skus) {
        Set<String> seen = new HashSet<>();
        List<Fault> repeated = new ArrayList<>();
        for (int i = 0; i < skus.size(); i++) {
            if (!seen.add(skus.get(i))) {
                repeated.add(new Fault(
                        pointer + "/" + i + "/sku", "REPEATED_SKU", "Put all pieces of one product into one line."));
            }
        }
        if (!repeated.isEmpty()) {
            throw new InvalidRequest(repeated);
        }
    }
}
