package io.waybill.orderview;

import io.waybill.chassis.web.LiveStreams;
import io.waybill.messages.order.OrderDetails;
import io.waybill.messages.order.OrderSummary;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a browser was sent, a line for each event: its ID, its name and what it is about. */
final class Sent implements LiveStreams.Sink {

    private final List<String> lines = new ArrayList<>();
    private final List<Object> data = new ArrayList<>();

    List<String> lines() {
        return lines;
    }

    List<Object> data() {
        return data;
    }

    @Override
    public void send(@Nullable String id, String event, Object what) {
        String about = switch (what) {
            case OrderSummary order -> " " + order.orderId() + " " + order.status();
            case OrderDetails order -> " " + order.status();
            default -> "";
        };
        lines.add((id == null ? "-" : id) + " " + event + about);
        data.add(what);
    }

    @Override
    public void mark(String id) {
        lines.add(id);
    }
}
