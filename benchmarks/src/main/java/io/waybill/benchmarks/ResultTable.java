package io.waybill.benchmarks;

import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.DoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import tools.jackson.databind.json.JsonMapper;

/** What a run found, as text and as JSON. */
final class ResultTable {

    private static final String NAME = "%-36s";
    private static final String CELLS = "%9s%8s%8s%6s%7s";
    private static final int CELLS_WIDTH = 38;
    private static final String NOTHING = "-";

    private final List<String> servers;
    private final List<Row> lines = new ArrayList<>();
    private final List<Single> once = new ArrayList<>();
    private final List<Row> yardsticks = new ArrayList<>();

    /** Creates an empty table for servers with these names. */
    ResultTable(List<String> servers) {
        this.servers = List.copyOf(servers);
    }

    /** Adds a line of figures. */
    void add(Line line) {
        lines.add(row(line, servers.size()));
    }

    /** Adds what the machine itself was measured to do. */
    void addYardstick(Line line) {
        yardsticks.add(row(line, 1));
    }

    /** Adds a figure that is taken once, for each server or empty where it is not known. */
    void addOnce(String name, List<OptionalDouble> values) {
        once.add(new Single(name, values));
    }

    private static Row row(Line line, int columns) {
        return new Row(
                line.name(), IntStream.range(0, columns).mapToObj(line::figures).toList(), line.ratio());
    }

    /** The table as text of fixed width. */
    String text() {
        StringBuilder text = new StringBuilder();
        text.append(NAME.formatted(""));
        servers.forEach(server -> text.append(" | ").append(("%-" + CELLS_WIDTH + "s").formatted(server)));
        text.append('\n').append(NAME.formatted(""));
        servers.forEach(
                server -> text.append(" | ").append(CELLS.formatted("per s", "p50 ms", "p99 ms", "limit", "cpu us")));
        text.append(servers.size() > 1 ? " |  ratio\n" : "\n");
        lines.forEach(row -> append(text, row));
        for (Single single : once) {
            text.append(NAME.formatted(single.name));
            for (OptionalDouble value : single.values) {
                text.append(" | ").append(CELLS.formatted(orNothing(value, ResultTable::number), "", "", "", ""));
            }
            text.append('\n');
        }
        yardsticks.forEach(row -> append(text, row));
        return text.toString().lines().map(String::stripTrailing).collect(Collectors.joining("\n", "", "\n"));
    }

    private static void append(StringBuilder text, Row row) {
        text.append(NAME.formatted(row.name));
        for (Line.Figures figures : row.figures) {
            text.append(" | ")
                    .append(CELLS.formatted(
                            number(figures.perSecond()),
                            number(figures.p50Millis()),
                            number(figures.p99Millis()),
                            orNothing(figures.ofLimit(), share -> format("%.0f%%", 100 * share)),
                            orNothing(figures.processorMicros(), ResultTable::number)));
        }
        row.ratio.ifPresent(ratio -> text.append(" | ").append(format("%5.2fx", ratio)));
        text.append('\n');
    }

    private static String orNothing(OptionalDouble value, DoubleFunction<String> format) {
        return value.isPresent() ? format.apply(value.getAsDouble()) : NOTHING;
    }

    /** Three digits say all there is to say. */
    private static String number(double value) {
        return format(value >= 100 ? "%,.0f" : value >= 10 ? "%.1f" : "%.2f", value);
    }

    private static String format(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }

    /** Writes the table as JSON: rates per second, latencies in milliseconds, processor time in microseconds. */
    void writeJson(Path file) {
        Document document = new Document(
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.name") + " " + System.getProperty("os.arch"),
                System.getProperty("java.vm.version"),
                servers,
                lines,
                once,
                yardsticks);
        JsonMapper.builder().build().writerWithDefaultPrettyPrinter().writeValue(file, document);
    }

    private record Row(String name, List<Line.Figures> figures, OptionalDouble ratio) {}

    private record Single(String name, List<OptionalDouble> values) {}

    private record Document(
            String at,
            int processors,
            String system,
            String java,
            List<String> servers,
            List<Row> lines,
            List<Single> once,
            List<Row> yardsticks) {}
}
