package io.waybill.axonserver.metrics;

import java.util.Arrays;
import java.util.Locale;

/**
 * Writes samples as Prometheus reads them, in its text format 0.0.4. The samples of a metric have to follow its
 * heading.
 */
public final class PrometheusText {

    /** The media type of the format. */
    public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final StringBuilder text = new StringBuilder();

    /** Begins a metric. */
    public void metric(String name, MetricType type, String help) {
        text.append("# HELP ").append(name).append(' ').append(escape(help)).append('\n');
        text.append("# TYPE ").append(name).append(' ');
        text.append(type.name().toLowerCase(Locale.ROOT)).append('\n');
    }

    /** Writes a whole number; {@code labels} are names and values in turn. */
    public void sample(String name, long value, String... labels) {
        begin(name, labels);
        text.append(value).append('\n');
    }

    /** Writes a fraction; {@code labels} are names and values in turn. */
    public void sample(String name, double value, String... labels) {
        begin(name, labels);
        text.append(value).append('\n');
    }

    private void begin(String name, String... labels) {
        text.append(name);
        for (int i = 0; i < labels.length; i += 2) {
            text.append(i == 0 ? '{' : ',').append(labels[i]).append("=\"");
            text.append(escape(labels[i + 1])).append('"');
        }
        text.append(labels.length == 0 ? " " : "} ");
    }

    static String[] with(String[] labels, String name, String value) {
        String[] more = Arrays.copyOf(labels, labels.length + 2);
        more[labels.length] = name;
        more[labels.length + 1] = value;
        return more;
    }

    private static String escape(String value) {
        return value.replace("\\", "\\\\").replace("\n", "\\n").replace("\"", "\\\"");
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
