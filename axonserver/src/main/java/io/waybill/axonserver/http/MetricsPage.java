package io.waybill.axonserver.http;

import io.waybill.axonserver.metrics.JvmMetrics;
import io.waybill.axonserver.metrics.MetricType;
import io.waybill.axonserver.metrics.PrometheusText;
import io.waybill.axonserver.metrics.TrackingReader;
import io.waybill.axonserver.security.AccessControl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Everything that is counted or can be measured, for Prometheus. */
final class MetricsPage {

    private final NodeView node;
    private final AccessControl accessControl;

    MetricsPage(NodeView node, AccessControl accessControl) {
        this.node = node;
        this.accessControl = accessControl;
    }

    void addTo(Routes routes) {
        routes.get(
                "/actuator/prometheus",
                request -> new Answer(Answer.OK, Map.of("Content-Type", PrometheusText.CONTENT_TYPE), metrics()));
    }

    private String metrics() throws IOException {
        PrometheusText text = new PrometheusText();
        node.calls().writeTo(text);
        writeRefusals(text);
        writeClients(text);
        writeReaders(text);
        writeStores(text);
        text.metric("axonserver_up", MetricType.GAUGE, "1 while the node does its full work");
        text.sample("axonserver_up", node.troubles().isEmpty() ? 1 : 0);
        JvmMetrics.writeTo(text);
        return text.toString();
    }

    private void writeRefusals(PrometheusText text) {
        text.metric(
                "axonserver_refused_calls_total",
                MetricType.COUNTER,
                "Calls over gRPC and HTTP that were refused for their token");
        accessControl
                .refusals()
                .forEach((reason, count) -> text.sample(
                        "axonserver_refused_calls_total",
                        count,
                        "reason",
                        reason.name().toLowerCase(Locale.ROOT)));
    }

    private void writeClients(PrometheusText text) {
        text.metric("axonserver_clients", MetricType.GAUGE, "Connected clients");
        for (ContextView context : node.contexts()) {
            int clients = context.applications().clients().size();
            text.sample("axonserver_clients", clients, "context", context.name());
        }
    }

    private void writeReaders(PrometheusText text) {
        text.metric(
                "axonserver_tracking_lag_events",
                MetricType.GAUGE,
                "Events after the last one that was sent to the slowest reader of a processor");
        for (ContextView context : node.contexts()) {
            long lastToken = context.events().lastToken();
            Map<List<String>, Long> slowest = new HashMap<>();
            for (TrackingReader reader : node.calls().trackingReaders(context.name())) {
                slowest.merge(
                        List.of(reader.component(), reader.processor()),
                        Math.max(0, lastToken - reader.position()),
                        Math::max);
            }
            slowest.forEach((who, lag) -> text.sample(
                    "axonserver_tracking_lag_events",
                    lag,
                    "context",
                    context.name(),
                    "component",
                    who.get(0),
                    "processor",
                    who.get(1)));
        }
    }

    private void writeStores(PrometheusText text) throws IOException {
        text.metric("axonserver_last_token", MetricType.GAUGE, "Token of the last event, -1 when there is none");
        for (ContextView context : node.contexts()) {
            text.sample("axonserver_last_token", context.events().lastToken(), "context", context.name());
        }
        Map<List<String>, StoreSize> sizes = new HashMap<>();
        for (ContextView context : node.contexts()) {
            for (Map.Entry<String, Path> store : context.directories().entrySet()) {
                sizes.put(List.of(context.name(), store.getKey()), StoreSize.of(store.getValue()));
            }
        }
        text.metric("axonserver_store_bytes", MetricType.GAUGE, "Size of a store's files");
        sizes.forEach((of, size) ->
                text.sample("axonserver_store_bytes", size.bytes(), "context", of.get(0), "store", of.get(1)));
        text.metric("axonserver_store_segments", MetricType.GAUGE, "Number of a store's log files");
        sizes.forEach((of, size) ->
                text.sample("axonserver_store_segments", size.segments(), "context", of.get(0), "store", of.get(1)));
        text.metric("axonserver_disk_free_bytes", MetricType.GAUGE, "Free space on the disk that holds the data");
        Path anyStore = node.contexts().getFirst().directories().firstEntry().getValue();
        text.sample("axonserver_disk_free_bytes", Files.getFileStore(anyStore).getUsableSpace());
    }
}
