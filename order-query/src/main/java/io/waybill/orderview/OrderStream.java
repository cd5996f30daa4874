package io.waybill.orderview;

import io.waybill.chassis.messaging.History;
import io.waybill.chassis.messaging.History.Version;
import io.waybill.chassis.messaging.RequestQueries;
import io.waybill.chassis.messaging.Subscription;
import io.waybill.chassis.web.LiveStreams;
import io.waybill.messages.order.OrderDetails;
import io.waybill.messages.order.OrderQuery.FindOrder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An order version by version. The view's updates only say that there is something new; what it is comes from the events, so
 * nothing is kept for a browser that is slow, and none is missed by one that was away.
 */
final class OrderStream implements LiveStreams.Source {

    private final History<OrderDetails> history;
    private final String orderId;
    private final Subscription<OrderDetails> subscription;
    private @Nullable Long sent;
    private boolean answered;

    /** @param sent the version that the browser has, or null if it has none */
    OrderStream(
            RequestQueries queries, History<OrderDetails> history, String orderId, @Nullable Long sent, Runnable wake) {
        this.history = history;
        this.orderId = orderId;
        this.sent = sent;
        subscription = queries.follow(
                new FindOrder(orderId), OrderDetails.class, OrderDetails.class, update -> wake.run(), wake);
    }

    @Override
    public void sendNews(LiveStreams.Sink sink) throws IOException {
        if (!answered) {
            // Once this is answered, whatever comes to the view wakes the stream.
            var unused = subscription.answer();
            answered = true;
        }
        subscription.requireOpen();
        for (Version<OrderDetails> version : news()) {
            sink.send(Long.toString(version.number()), "order", version.view());
            sent = version.number();
        }
    }

    private List<Version<OrderDetails>> news() {
        List<Version<OrderDetails>> news = new ArrayList<>();
        var unused = history.read(orderId, event -> true, version -> {
            if (sent == null) {
                // Who has nothing yet is shown the latest only.
                news.clear();
            }
            if (sent == null || version.number() > sent) {
                news.add(version);
            }
        });
        return news;
    }

    @Override
    public void close() {
        subscription.close();
    }
}
