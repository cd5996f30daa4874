package io.waybill.orderview.timeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.waybill.messages.Money;
import io.waybill.messages.OrderRelated;
import io.waybill.messages.checkout.CheckoutEvent.CheckoutDeadlinePassed;
import io.waybill.messages.checkout.ProcessEvent.ProcessResolved;
import io.waybill.messages.checkout.ProcessEvent.ProcessRetried;
import io.waybill.messages.checkout.ProcessEvent.ProcessStalled;
import io.waybill.messages.inventory.StockEvent.ExtensionRefused;
import io.waybill.messages.inventory.StockEvent.StockBackordered;
import io.waybill.messages.inventory.StockEvent.StockReleased;
import io.waybill.messages.inventory.StockEvent.StockReservationRefused;
import io.waybill.messages.inventory.StockEvent.StockReserved;
import io.waybill.messages.inventory.StockEvent.StockReturned;
import io.waybill.messages.order.Address;
import io.waybill.messages.order.InspectedLine;
import io.waybill.messages.order.LineQuantity;
import io.waybill.messages.order.OrderEvent.AmendmentRequested;
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
import io.waybill.messages.order.OrderEvent.ReturnRequested;
import io.waybill.messages.order.OrderEvent.ShipmentDelivered;
import io.waybill.messages.order.OrderEvent.ShipmentRequested;
import io.waybill.messages.order.OrderLine;
import io.waybill.messages.order.OrderStatus;
import io.waybill.messages.payment.DiscrepancyKind;
import io.waybill.messages.payment.PaymentEvent.AuthorizationRequested;
import io.waybill.messages.payment.PaymentEvent.CustomerActionRequired;
import io.waybill.messages.payment.PaymentEvent.OutcomeUnknown;
import io.waybill.messages.payment.PaymentEvent.PaymentCancelled;
import io.waybill.messages.payment.PaymentEvent.PaymentDeclined;
import io.waybill.messages.payment.PaymentEvent.PaymentSettled;
import io.waybill.messages.payment.PaymentEvent.PaymentUndone;
import io.waybill.messages.payment.PaymentEvent.PaymentVoided;
import io.waybill.messages.payment.PaymentEvent.RefundRefused;
import io.waybill.messages.payment.PaymentEvent.RefundRequested;
import io.waybill.messages.payment.ProviderOperation;
import io.waybill.messages.payment.ReconciliationEvent.DiscrepancyCleared;
import io.waybill.messages.payment.ReconciliationEvent.DiscrepancyFound;
import io.waybill.messages.payment.ReconciliationEvent.DiscrepancyRepairRequested;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class SummaryTest {

    private static final String ORDER = "order-7";
    private static final Money AMOUNT = new Money(2500, "EUR");
    private static final Money NOTHING = AMOUNT.zero();
    private static final List<OrderLine> LINES = List.of(new OrderLine("TEA", 2, new Money(1250, "EUR")));
    private static final List<LineQuantity> PIECES = List.of(new LineQuantity("TEA", 2), new LineQuantity("POT", 1));
    private static final Address ADDRESS =
            new Address("Ada Lovelace", "12 St James's Square", null, "SW1Y 4JH", "London", "GB");

    /** Their types say it all. */
    private static final Set<Class<? extends OrderRelated>> NOTHING_TO_TELL = Set.of(
            ReturnReceived.class,
            PaymentVoided.class,
            PaymentSettled.class,
            PaymentCancelled.class,
            PaymentUndone.class,
            DiscrepancyRepairRequested.class,
            DiscrepancyCleared.class);

    static Stream<Arguments> told() {
        return Stream.of(
                arguments(placed(null), "1 line(s), 25.00 EUR"),
                arguments(placed("order-6"), "1 line(s), 25.00 EUR, in exchange for order order-6"),
                arguments(new OrderConfirmed(ORDER, List.of()), ""),
                arguments(new OrderConfirmed(ORDER, List.of("TEA", "POT")), "waits for TEA, POT"),
                arguments(new OrderRejected(ORDER, "OUT_OF_STOCK"), "OUT_OF_STOCK"),
                arguments(new OrderCancelled(ORDER, "my mind", OrderStatus.PLACED, List.of()), "my mind"),
                arguments(new RestCancelled(ORDER, "c-1", "too late", PIECES, true), "2 x TEA, 1 x POT: too late"),
                arguments(
                        new AmendmentRequested(ORDER, "a-1", LINES, AMOUNT, PIECES, PIECES, NOTHING),
                        "1 line(s), 25.00 EUR, 0.00 EUR more"),
                arguments(new OrderAmended(ORDER, "a-1", LINES, AMOUNT), "1 line(s), 25.00 EUR"),
                arguments(new ShipmentRequested(ORDER, "s-1", PIECES, AMOUNT, null), "2 x TEA, 1 x POT, 25.00 EUR"),
                arguments(
                        new OrderShipped(ORDER, "s-1", PIECES, AMOUNT, "JD1", false),
                        "2 x TEA, 1 x POT, 25.00 EUR, tracking code JD1"),
                arguments(new ShipmentDelivered(ORDER, "s-1", false), "a part of the order"),
                arguments(new ShipmentDelivered(ORDER, "s-1", true), "the whole order"),
                arguments(new ReturnRequested(ORDER, "r-1", PIECES, "too small", null), "2 x TEA, 1 x POT: too small"),
                arguments(
                        new ExchangeRequested(ORDER, "r-1", "order-8", "ada", LINES, ADDRESS, "tok_secret"),
                        "2 x TEA, as order order-8"),
                arguments(
                        new ReturnInspected(ORDER, "r-1", List.of(new InspectedLine("TEA", 1, 1)), AMOUNT),
                        "TEA 1 restocked, 1 written off, refund 25.00 EUR"),
                arguments(new ReturnInspected(ORDER, "r-1", List.of(), NOTHING), "nothing came, refund 0.00 EUR"),
                arguments(new ReturnCompleted(ORDER, "r-1", AMOUNT), "refunded 25.00 EUR"),
                arguments(new StockReserved("TEA", "r-1", ORDER, 2, List.of(), null), "2 x TEA"),
                arguments(new StockBackordered("TEA", "r-1", ORDER, 2), "2 x TEA"),
                arguments(new StockReleased("TEA", "r-1", ORDER, 0, List.of()), "0 x TEA"),
                arguments(
                        new StockReservationRefused("TEA", "r-1", ORDER, 2, 1, "OUT_OF_STOCK"),
                        "OUT_OF_STOCK: 2 x TEA, available 1"),
                arguments(
                        new ExtensionRefused("TEA", "r-1", ORDER, "a-1", 2, 1, "OUT_OF_STOCK"),
                        "OUT_OF_STOCK: 2 x TEA, available 1"),
                arguments(new StockReturned("TEA", "r-1", ORDER, 1, 2, "main"), "TEA 1 restocked, 2 written off"),
                arguments(new AuthorizationRequested("p-1", ORDER, "p-1", AMOUNT, "tok_secret"), "25.00 EUR"),
                arguments(new PaymentDeclined("p-1", ORDER, "p-1", "DECLINED"), "DECLINED"),
                arguments(
                        new CustomerActionRequired(
                                "p-1", ORDER, "p-1", "https://bank.example", Instant.parse("2026-11-01T12:10:00Z")),
                        "until 2026-11-01T12:10:00Z"),
                arguments(new RefundRequested("p-1", ORDER, "r-1", "p-1", AMOUNT, "too small"), "25.00 EUR: too small"),
                arguments(
                        new RefundRefused("p-1", ORDER, "r-1", AMOUNT, "REFUND_REFUSED"), "25.00 EUR: REFUND_REFUSED"),
                arguments(
                        new OutcomeUnknown("p-1", ORDER, ProviderOperation.CAPTURE, "s-1", "no answer"),
                        "CAPTURE: no answer"),
                arguments(
                        new CheckoutDeadlinePassed(ORDER, Instant.parse("2026-11-01T12:15:00Z")),
                        "2026-11-01T12:15:00Z"),
                arguments(
                        new ProcessStalled(ORDER, "s-1", "shipment", "CommitStock", "NOT_FOUND", "There is none."),
                        "shipment, CommitStock: NOT_FOUND, There is none."),
                arguments(new ProcessRetried(ORDER, "s-1", "shipment"), "shipment"),
                arguments(new ProcessResolved(ORDER, "s-1", "shipment", "sent by hand"), "shipment: sent by hand"),
                arguments(
                        new DiscrepancyFound(
                                "d-1",
                                ORDER,
                                "p-1",
                                "p-1",
                                null,
                                DiscrepancyKind.UNRECORDED_CAPTURE,
                                NOTHING,
                                AMOUNT,
                                List.of("s-1")),
                        "UNRECORDED_CAPTURE: expected 0.00 EUR, found 25.00 EUR"));
    }

    @ParameterizedTest
    @MethodSource("told")
    void tellsTheGistInOneLine(OrderRelated event, String summary) {
        assertThat(Summary.of(event)).isEqualTo(summary);
    }

    static Stream<Class<?>> kinds() {
        return new ClassFileImporter()
                .importPackages("io.waybill.messages").stream()
                        .filter(type -> type.isAssignableTo(OrderRelated.class) && type.isRecord())
                        .map(JavaClass::reflect);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void tellsSomethingOfEveryKindThatHasSomethingToTell(Class<? extends OrderRelated> kind) {
        var event = (OrderRelated) sample(kind);

        assertThat(Summary.of(event).isBlank()).isEqualTo(NOTHING_TO_TELL.contains(kind));
        assertThat(Summary.of(event)).doesNotContain("\n", "null").doesNotContain("secret");
    }

    @ParameterizedTest
    @CsvSource({
        "2500, EUR, 25.00 EUR",
        "5, EUR, 0.05 EUR",
        "1800, JPY, 1800 JPY",
        "1234, BHD, 1.234 BHD",
        "7, XXX, 7 XXX"
    })
    void writesAmountsWithTheDigitsOfTheirCurrency(long minor, String currency, String text) {
        var event = new AuthorizationRequested("p-1", ORDER, "p-1", new Money(minor, currency), "tok_ok");

        assertThat(Summary.of(event)).isEqualTo(text);
    }

    private static OrderPlaced placed(@Nullable String exchangeFor) {
        return new OrderPlaced(ORDER, "ada", LINES, AMOUNT, ADDRESS, "tok_secret", exchangeFor);
    }

    /** A record of any type, each of its components filled; a token is one that must not be told. */
    private static Object sample(Class<?> type) {
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        Object[] values = Arrays.stream(components)
                .map(component ->
                        component.getName().equals("paymentToken") ? "tok_secret" : value(component.getGenericType()))
                .toArray();
        try {
            return type.getConstructor(types).newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("no sample of " + type, e);
        }
    }

    private static Object value(Type type) {
        return switch (type) {
            case ParameterizedType list -> List.of(value(list.getActualTypeArguments()[0]));
            case Class<?> c when c == String.class -> "text";
            case Class<?> c when c == int.class -> 1;
            case Class<?> c when c == long.class -> 1L;
            case Class<?> c when c == boolean.class -> true;
            case Class<?> c when c == Instant.class -> Instant.EPOCH;
            case Class<?> c when c == Money.class -> AMOUNT;
            case Class<?> c when c.isEnum() -> c.getEnumConstants()[0];
            case Class<?> c -> sample(c);
            default -> throw new AssertionError("no sample of " + type);
        };
    }
}
