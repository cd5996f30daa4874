package io.waybill.orderview.sales;

import static com.mongodb.client.model.Accumulators.sum;
import static com.mongodb.client.model.Aggregates.group;
import static com.mongodb.client.model.Aggregates.limit;
import static com.mongodb.client.model.Aggregates.match;
import static com.mongodb.client.model.Aggregates.sort;
import static com.mongodb.client.model.Aggregates.unwind;
import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.elemMatch;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.gt;
import static com.mongodb.client.model.Filters.gte;
import static com.mongodb.client.model.Filters.lt;
import static com.mongodb.client.model.Filters.lte;
import static com.mongodb.client.model.Filters.or;
import static com.mongodb.client.model.Sorts.ascending;
import static com.mongodb.client.model.Sorts.descending;
import static com.mongodb.client.model.Sorts.orderBy;

import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Indexes;
import io.waybill.chassis.messaging.Positions;
import io.waybill.chassis.messaging.Projection;
import io.waybill.chassis.mongo.ViewStore;
import io.waybill.messages.Money;
import io.waybill.messages.order.DailySales;
import io.waybill.messages.order.DailySales.Goods;
import io.waybill.messages.order.OrderEvent;
import io.waybill.messages.order.OrderQuery.FindSales;
import io.waybill.messages.order.OrderQuery.SalesCursor;
import io.waybill.messages.order.OrderQuery.SalesPage;
import io.waybill.orderview.sales.SalesFold.OrderSales;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.axonframework.config.ProcessingGroup;
import org.axonframework.eventhandling.EventHandler;
import org.axonframework.eventhandling.SequenceNumber;
import org.axonframework.eventhandling.Timestamp;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.queryhandling.QueryHandler;
import org.bson.BsonDocument;
import org.bson.Document;
import org.bson.conversions.Bson;

/**
 * One document per order, with what it sold on each day; what all orders sold is summed up when it is asked for. A
 * document per day and SKU would be written by whoever handles any order, in no order of events that a guard could hold
 * on to.
 */
@Projection
@ProcessingGroup("sales")
class SalesView {

    private static final String DAYS = "view.days";
    /** Of one row once each is a document of its own. */
    private static final String ROW = DAYS + ".";

    // Of a row.
    private static final String DAY = "day";
    private static final String SKU = "sku";
    /** The same in all amounts of a row. */
    private static final String CURRENCY = "confirmed.amount.currency";

    private static final List<String> MOVEMENTS = List.of("confirmed", "cancelled", "shipped", "returned");

    private final ViewStore<OrderSales> orders;

    SalesView(MongoDatabase database) {
        orders = new ViewStore<>(database, "sales", OrderSales.class);
        // The embedded store does not find what is asked for by it, and goes through all orders.
        orders.index(Indexes.ascending(ROW + DAY));
    }

    @EventHandler
    void on(OrderEvent event, TrackingToken token, @SequenceNumber long sequence, @Timestamp Instant at) {
        LocalDate day = at.atOffset(ZoneOffset.UTC).toLocalDate();
        orders.fold(event.orderId(), Positions.of(token), sequence, sales -> SalesFold.fold(sales, event, day));
    }

    /** Asks for one row more than a page has, to know whether there is a next page. */
    @QueryHandler
    SalesPage handle(FindSales query) {
        List<DailySales> rows =
                orders.aggregate(sums(query)).stream().map(SalesView::row).toList();
        if (rows.size() <= query.limit()) {
            return new SalesPage(rows, null);
        }
        List<DailySales> page = List.copyOf(rows.subList(0, query.limit()));
        DailySales last = page.getLast();
        return new SalesPage(page, new SalesCursor(last.day(), last.sku(), last.currency()));
    }

    private static List<Bson> sums(FindSales query) {
        List<Bson> stages = new ArrayList<>(
                List.of(match(elemMatch(DAYS, wanted(query, ""))), unwind("$" + DAYS), match(wanted(query, ROW))));
        if (query.after() != null) {
            stages.add(match(isAfter(query.after())));
        }
        stages.add(group(
                new Document(DAY, "$" + ROW + DAY)
                        .append(SKU, "$" + ROW + SKU)
                        .append("currency", "$" + ROW + CURRENCY),
                MOVEMENTS.stream()
                        .flatMap(movement -> Stream.of(
                                sum(movement + "Pieces", "$" + ROW + movement + ".pieces"),
                                sum(movement + "Minor", "$" + ROW + movement + ".amount.minor")))
                        .toList()));
        stages.add(sort(orderBy(descending("_id." + DAY), ascending("_id." + SKU, "_id.currency"))));
        stages.add(limit(query.limit() + 1));
        return stages;
    }

    /** @param row what stands before each field of a row */
    private static Bson wanted(FindSales query, String row) {
        // Whatever comes after a page is of its last day or earlier.
        LocalDate to = query.after() == null ? query.to() : query.after().day();
        Bson days = and(gte(row + DAY, query.from()), lte(row + DAY, to));
        return query.sku() == null ? days : and(days, eq(row + SKU, query.sku()));
    }

    private static Bson isAfter(SalesCursor last) {
        return or(
                lt(ROW + DAY, last.day()),
                and(
                        eq(ROW + DAY, last.day()),
                        or(
                                gt(ROW + SKU, last.sku()),
                                and(eq(ROW + SKU, last.sku()), gt(ROW + CURRENCY, last.currency())))));
    }

    private static DailySales row(BsonDocument sums) {
        BsonDocument of = sums.getDocument("_id");
        long day = of.getDateTime(DAY).getValue();
        return new DailySales(
                Instant.ofEpochMilli(day).atOffset(ZoneOffset.UTC).toLocalDate(),
                of.getString(SKU).getValue(),
                goods(sums, "confirmed"),
                goods(sums, "cancelled"),
                goods(sums, "shipped"),
                goods(sums, "returned"));
    }

    /** A sum that does not fit comes back as a floating-point number, and is refused here rather than rounded. */
    private static Goods goods(BsonDocument sums, String movement) {
        return new Goods(
                sums.getInt64(movement + "Pieces").getValue(),
                new Money(
                        sums.getInt64(movement + "Minor").getValue(),
                        sums.getDocument("_id").getString("currency").getValue()));
    }
}
