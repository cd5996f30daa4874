package io.waybill.payment.reconciliation;

import static io.waybill.messages.payment.DiscrepancyKind.AMOUNT_MISMATCH;
import static io.waybill.messages.payment.DiscrepancyKind.MISSING_AT_PROVIDER;
import static io.waybill.messages.payment.DiscrepancyKind.ORDER_MISMATCH;
import static io.waybill.messages.payment.DiscrepancyKind.ORPHAN_AUTHORIZATION;
import static io.waybill.messages.payment.DiscrepancyKind.UNKNOWN_OUTCOME;
import static io.waybill.messages.payment.DiscrepancyKind.UNRECORDED_CAPTURE;
import static io.waybill.messages.payment.DiscrepancyKind.UNRECORDED_EXPIRY;
import static io.waybill.messages.payment.DiscrepancyKind.UNRECORDED_REFUND;
import static io.waybill.payment.reconciliation.TestBooks.JUST_NOW;
import static io.waybill.payment.reconciliation.TestBooks.LONG_AGO;
import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.chassis.mongo.TestDatabase;
import io.waybill.messages.Money;
import io.waybill.messages.order.OrderStatus;
import io.waybill.messages.payment.DiscrepancyKind;
import io.waybill.messages.payment.PaymentEvent.AuthorizationExpired;
import io.waybill.messages.payment.PaymentEvent.AuthorizationRequested;
import io.waybill.messages.payment.PaymentEvent.CaptureRequested;
import io.waybill.messages.payment.PaymentEvent.PaymentAuthorized;
import io.waybill.messages.payment.PaymentEvent.PaymentCaptured;
import io.waybill.messages.payment.PaymentEvent.PaymentDeclined;
import io.waybill.messages.payment.PaymentEvent.PaymentRefunded;
import io.waybill.messages.payment.PaymentEvent.PaymentVoided;
import io.waybill.messages.payment.PaymentEvent.RefundRequested;
import io.waybill.messages.payment.PaymentEvent.VoidRequested;
import io.waybill.payment.provider.PaymentProvider.LedgerEntry;
import io.waybill.payment.provider.PaymentProvider.State;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever happened to payments: as long as nobody tampered with a book nothing is found, and otherwise exactly what
 * they did. A seed that failed is kept here.
 */
@NullUnmarked // a null is a failure here
class ReconciliationPropertyTest {

    private static final int SEEDS = 40;
    private static final int PAYMENTS = 12;

    private static TestDatabase database;

    @BeforeAll
    static void open() {
        database = new TestDatabase();
    }

    @AfterAll
    static void close() {
        database.close();
    }

    static IntStream seeds() {
        return IntStream.range(0, SEEDS);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void findsNothingWhereNobodyTampered(int seed) {
        var world = new World(seed);

        assertThat(world.findings()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void findsExactlyWhatWasTamperedWith(int seed) {
        var world = new World(seed);
        Set<String> tampered = world.tamper();

        assertThat(world.findings()).isEqualTo(tampered);
        // It is all still there when it is looked for again, and still the same.
        assertThat(world.findings()).isEqualTo(tampered);
    }

    /** Orders with payments to which things happened, as the provider, we and the orders have it in their books. */
    private static final class World {

        private final Random random;
        private final TestBooks books;
        private final List<Story> stories = new ArrayList<>();

        World(int seed) {
            random = new Random(seed);
            books = new TestBooks(database.get());
            for (int i = 0; i < PAYMENTS; i++) {
                var story = new Story(i);
                story.happen();
                stories.add(story);
            }
        }

        Set<String> findings() {
            books.run();
            return books.queue.oldest(DiscrepancyState.OPEN, 0).stream()
                    .map(entry -> finding(entry.authorizationId(), entry.kind()))
                    .collect(Collectors.toCollection(TreeSet::new));
        }

        /** Each payment that has stood still for long is tampered with once, or not. */
        Set<String> tamper() {
            Set<String> tampered = new TreeSet<>();
            if (random.nextBoolean()) {
                books.provider.holds("stray", "payment-of-nobody", "order-of-nobody", new Money(1, "EUR"));
                tampered.add(finding("stray", ORPHAN_AUTHORIZATION));
            }
            for (Story story : stories) {
                if (!story.moving && random.nextInt(3) > 0) {
                    tampered.addAll(story.tamper());
                }
            }
            return tampered;
        }

        private static String finding(String authorizationId, DiscrepancyKind kind) {
            return authorizationId + " " + kind;
        }

        /** One order and its payment. */
        private final class Story {

            private final String orderId;
            private final String paymentId;
            private final List<String> authorizations = new ArrayList<>();
            private final Map<String, Long> returns = new LinkedHashMap<>();
            private OrderStatus status = OrderStatus.CONFIRMED;
            private long shippedMinor;
            private long goodwillMinor;
            private int steps;
            private boolean moving;

            Story(int number) {
                orderId = "order-" + number;
                paymentId = "payment-" + number;
            }

            void happen() {
                authorize(paymentId);
                int more = random.nextInt(8);
                for (int i = 0; i < more; i++) {
                    step();
                }
                if (random.nextInt(4) == 0) {
                    cancel();
                } else if (random.nextInt(3) == 0) {
                    moving = beginsSomething();
                }
                tellOrder(shippedMinor);
            }

            private void step() {
                switch (random.nextInt(6)) {
                    case 0 -> authorize(id("authorization"));
                    case 1, 2 -> ship();
                    case 3 -> takeBack(id("return"), true);
                    case 4 -> takeBack(id("goodwill"), false);
                    default -> expire();
                }
            }

            private void authorize(String id) {
                Money amount = eur(1000 + random.nextInt(9000));
                authorizations.add(id);
                books.happened(LONG_AGO, new AuthorizationRequested(paymentId, orderId, id, amount, "tok_ok"));
                books.provider.holds(id, paymentId, orderId, amount);
                if (random.nextInt(6) == 0) {
                    books.provider.closed(id);
                    books.happened(LONG_AGO, new PaymentDeclined(paymentId, orderId, id, "DECLINED"));
                } else {
                    books.happened(LONG_AGO, new PaymentAuthorized(paymentId, orderId, id, amount, "ref-" + id, null));
                }
            }

            private void ship() {
                some(entry -> entry.heldMinor() > 1).forEach(entry -> {
                    String shipment = id("shipment");
                    long part = 1 + random.nextLong(entry.heldMinor() - 1);
                    boolean restHeld = random.nextBoolean();
                    books.happened(LONG_AGO, captureRequested(entry, shipment, part));
                    books.provider.captured(entry.authorizationId(), shipment, part, restHeld);
                    books.happened(
                            LONG_AGO,
                            new PaymentCaptured(paymentId, orderId, shipment, entry.authorizationId(), eur(part)));
                    if (!restHeld) {
                        expired(entry.authorizationId(), entry.heldMinor() - part);
                    }
                    shippedMinor += part;
                });
            }

            private void takeBack(String refundId, boolean isReturn) {
                some(entry -> kept(entry) > 1).forEach(entry -> {
                    long part = 1 + random.nextLong(kept(entry) - 1);
                    books.happened(LONG_AGO, refundRequested(entry, refundId, part));
                    books.provider.refunded(entry.authorizationId(), refundId, part);
                    books.happened(
                            LONG_AGO,
                            new PaymentRefunded(paymentId, orderId, refundId, entry.authorizationId(), eur(part)));
                    if (isReturn) {
                        returns.put(refundId, part);
                    } else {
                        goodwillMinor += part;
                    }
                });
            }

            private void expire() {
                some(entry -> entry.heldMinor() > 0).forEach(entry -> {
                    books.provider.closed(entry.authorizationId());
                    expired(entry.authorizationId(), entry.heldMinor());
                });
            }

            /** All is lifted and given back, whatever it was for. */
            private void cancel() {
                status = OrderStatus.CANCELLED;
                for (String id : authorizations) {
                    LedgerEntry entry = books.provider.entry(id);
                    if (entry.heldMinor() > 0) {
                        books.happened(LONG_AGO, voidRequested(entry));
                        books.provider.closed(id);
                        books.happened(LONG_AGO, new PaymentVoided(paymentId, orderId, id));
                    }
                    if (kept(entry) > 0) {
                        String refund = id("undo");
                        books.happened(LONG_AGO, refundRequested(entry, refund, kept(entry)));
                        books.provider.refunded(id, refund, kept(entry));
                        books.happened(LONG_AGO, new PaymentRefunded(paymentId, orderId, refund, id, eur(kept(entry))));
                    }
                }
            }

            /** Something was asked for a moment ago; the provider may have done it, and we do not know. */
            private boolean beginsSomething() {
                boolean done = random.nextBoolean();
                List<LedgerEntry> held = some(entry -> entry.heldMinor() > 0);
                List<LedgerEntry> kept = some(entry -> kept(entry) > 0);
                if (!held.isEmpty() && random.nextBoolean()) {
                    LedgerEntry entry = held.getFirst();
                    books.happened(JUST_NOW, captureRequested(entry, "last", entry.heldMinor()));
                    if (done) {
                        books.provider.captured(entry.authorizationId(), "last", entry.heldMinor(), false);
                    }
                } else if (!held.isEmpty()) {
                    books.happened(JUST_NOW, voidRequested(held.getFirst()));
                    if (done) {
                        books.provider.closed(held.getFirst().authorizationId());
                    }
                } else if (!kept.isEmpty()) {
                    LedgerEntry entry = kept.getFirst();
                    books.happened(JUST_NOW, refundRequested(entry, "last", kept(entry)));
                    if (done) {
                        books.provider.refunded(entry.authorizationId(), "last", kept(entry));
                    }
                } else {
                    return false;
                }
                return true;
            }

            // What can be wrong.

            private Set<String> tamper() {
                List<LedgerEntry> held = some(entry -> entry.heldMinor() > 1);
                List<LedgerEntry> kept = some(entry -> kept(entry) > 0);
                List<LedgerEntry> captured = some(entry -> !entry.captures().isEmpty());
                List<LedgerEntry> closed = some(entry -> entry.state() == State.CLOSED);
                return switch (random.nextInt(9)) {
                    case 0 -> each(closed, ORPHAN_AUTHORIZATION, this::holdAgain);
                    case 1 ->
                        each(
                                held,
                                UNRECORDED_CAPTURE,
                                entry -> books.provider.captured(entry.authorizationId(), "by-hand", 1, true));
                    case 2 ->
                        each(
                                kept,
                                UNRECORDED_REFUND,
                                entry -> books.provider.refunded(entry.authorizationId(), "by-hand", 1));
                    case 3 -> each(held, UNRECORDED_EXPIRY, entry -> books.provider.closed(entry.authorizationId()));
                    case 4 ->
                        each(
                                held,
                                MISSING_AT_PROVIDER,
                                entry -> books.provider.entries.remove(entry.authorizationId()));
                    case 5 ->
                        each(
                                captured,
                                AMOUNT_MISMATCH,
                                entry -> books.provider.captured(
                                        entry.authorizationId(),
                                        entry.captures().keySet().iterator().next(),
                                        1_000_000,
                                        false));
                    case 6 ->
                        each(
                                held,
                                UNKNOWN_OUTCOME,
                                entry -> books.happened(LONG_AGO, captureRequested(entry, "lost", 1)));
                    case 7 -> order(shippedMinor + goodwillMinor + 1);
                    default -> status == OrderStatus.CANCELLED || shippedMinor == 0 ? Set.of() : order(-1);
                };
            }

            private Set<String> order(long minor) {
                if (status == OrderStatus.CANCELLED) {
                    status = OrderStatus.SHIPPED;
                }
                tellOrder(minor);
                return Set.of(finding(paymentId, ORDER_MISMATCH));
            }

            private void holdAgain(LedgerEntry entry) {
                books.provider.move(entry, State.HELD, 1, entry.captures(), entry.refunds());
            }

            private Set<String> each(List<LedgerEntry> one, DiscrepancyKind kind, Consumer<LedgerEntry> tamper) {
                one.forEach(tamper);
                return one.stream()
                        .map(entry -> finding(entry.authorizationId(), kind))
                        .collect(Collectors.toSet());
            }

            // Words.

            /** One authorization of this payment of which this is true, or none. */
            private List<LedgerEntry> some(Predicate<LedgerEntry> condition) {
                List<LedgerEntry> all = authorizations.stream()
                        .map(books.provider::entry)
                        .filter(condition)
                        .toList();
                return all.isEmpty() ? List.of() : List.of(all.get(random.nextInt(all.size())));
            }

            private void tellOrder(long shipped) {
                books.order(orderId, status, eur(100_000), shipped, returns);
            }

            private void expired(String id, long minor) {
                books.happened(LONG_AGO, new AuthorizationExpired(paymentId, orderId, id, eur(minor)));
            }

            private CaptureRequested captureRequested(LedgerEntry entry, String captureId, long minor) {
                return new CaptureRequested(paymentId, orderId, captureId, entry.authorizationId(), eur(minor));
            }

            private RefundRequested refundRequested(LedgerEntry entry, String refundId, long minor) {
                return new RefundRequested(
                        paymentId, orderId, refundId, entry.authorizationId(), eur(minor), "too small");
            }

            private VoidRequested voidRequested(LedgerEntry entry) {
                return new VoidRequested(paymentId, orderId, entry.authorizationId(), eur(entry.heldMinor()));
            }

            private String id(String what) {
                return what + "-" + paymentId + "-" + steps++;
            }
        }

        private static long kept(LedgerEntry entry) {
            return entry.capturedMinor() - entry.refundedMinor();
        }

        private static Money eur(long minor) {
            return new Money(minor, "EUR");
        }
    }
}
