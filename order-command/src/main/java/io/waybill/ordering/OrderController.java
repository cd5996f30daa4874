package io.waybill.ordering;

import io.waybill.chassis.messaging.RequestCommands;
import io.waybill.chassis.web.Idempotency;
import io.waybill.chassis.web.InvalidRequest;
import io.waybill.chassis.web.InvalidRequest.Fault;
import io.waybill.messages.Money;
import io.waybill.messages.order.Address;
import io.waybill.messages.order.OrderCommand.CancelOrder;
import io.waybill.messages.order.OrderCommand.PlaceOrder;
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
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
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

    private final RequestCommands commands;
    private final Idempotency idempotency;
    private final PriceList priceList;

    OrderController(RequestCommands commands, Idempotency idempotency, PriceList priceList) {
        this.commands = commands;
        this.idempotency = idempotency;
        this.priceList = priceList;
    }

    record NewOrder(
            @NotBlank @Size(max = 64) String customerId,
            @NotEmpty @Size(max = MAX_LINES) List<@NotNull @Valid NewLine> lines,
            @NotNull @Valid ShippingAddress shippingAddress,

            @NotBlank
            @Size(max = 255)
            @Pattern(
                    regexp = "[A-Za-z]{2,}_[A-Za-z0-9_]+",
                    message = "must be a token of the payment provider, such as tok_ok; never a card number")
            String paymentToken) {}

    record NewLine(
            @NotBlank @Size(max = 64) String sku,
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

    record Cancellation(@NotBlank @Size(max = 500) String reason) {}

    record PlacedOrder(String orderId, OrderStatus status, long position) {}

    record ChangedOrder(String orderId, long position) {}

    @PostMapping
    ResponseEntity<Object> place(@RequestHeader(Idempotency.HEADER) String key, @RequestBody NewOrder order) {
        return idempotency.once("POST /api/orders", key, order, orderId -> {
            long position = commands.send(new PlaceOrder(
                            orderId,
                            order.customerId(),
                            priced(order.lines(), priceList::unitPrice),
                            order.shippingAddress().asAddress(),
                            order.paymentToken()))
                    .position();
            return ResponseEntity.accepted()
                    .location(URI.create("/api/orders/" + orderId))
                    .body(new PlacedOrder(orderId, OrderStatus.PLACED, position));
        });
    }

    @PostMapping("/{orderId}/cancel")
    ResponseEntity<ChangedOrder> cancel(@PathVariable String orderId, @RequestBody Cancellation cancellation) {
        long position =
                commands.send(new CancelOrder(orderId, cancellation.reason())).position();
        return ResponseEntity.accepted().body(new ChangedOrder(orderId, position));
    }

    static List<OrderLine> priced(List<NewLine> lines, Function<String, Optional<Money>> unitPrice) {
        refuseRepeatedSkus(lines);
        List<OrderLine> priced = new ArrayList<>();
        List<Fault> unknown = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            NewLine line = lines.get(i);
            Optional<Money> price = unitPrice.apply(line.sku());
            if (price.isPresent()) {
                priced.add(new OrderLine(line.sku(), line.quantity(), price.get()));
            } else {
                unknown.add(new Fault("/lines/" + i + "/sku", "UNKNOWN_SKU", "There is no product of this SKU."));
            }
        }
        if (!unknown.isEmpty()) {
            throw InvalidRequest.contradicting(
                    "UNKNOWN_SKU", "The order names a product that does not exist.", unknown);
        }
        if (priced.stream().map(line -> line.unitPrice().currency()).distinct().count() > 1) {
            throw InvalidRequest.contradicting(
                    "MIXED_CURRENCIES", "All products of an order must be priced in one currency.", List.of());
        }
        return priced;
    }

    private static void refuseRepeatedSkus(List<NewLine> lines) {
        Set<String> seen = new HashSet<>();
        List<Fault> repeated = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            if (!seen.add(lines.get(i).sku())) {
                repeated.add(new Fault(
                        "/lines/" + i + "/sku", "REPEATED_SKU", "Put all pieces of one product into one line."));
            }
        }
        if (!repeated.isEmpty()) {
            throw new InvalidRequest(repeated);
        }
    }
}
