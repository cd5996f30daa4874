package io.waybill.ordering;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.messages.order.OrderStatus;
import io.waybill.ordering.OrderLifecycle.Operation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OrderLifecycleTest {

    private static final Path DOCUMENT = Path.of("../docs/order-lifecycle.md");
    private static final List<OrderStatus> STATUSES = List.of(OrderStatus.values());
    private static final List<Operation> OPERATIONS = List.of(Operation.values());

    /** When this fails, the lines it expected are the ones to put into the document. */
    @Test
    void theDocumentShowsThePictureAndTheTable() throws IOException {
        assertThat(Files.readString(DOCUMENT, UTF_8)).contains(picture()).contains(table());
    }

    @Test
    void noStepIsTakenThatIsNotInThePicture() {
        assertThatThrownBy(() -> OrderLifecycle.move(OrderStatus.DELIVERED, Operation.CANCEL, OrderStatus.CANCELLED))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> OrderLifecycle.move(OrderStatus.PLACED, Operation.CANCEL, OrderStatus.SHIPPED))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aRefusalSaysWhatCannotBeDone() {
        assertThatThrownBy(() -> OrderLifecycle.allows(OrderStatus.CONFIRMED, Operation.RETURN))
                .hasMessage("ORDER_NOT_RETURNABLE: An order that is CONFIRMED cannot be returned.");
    }

    private static String picture() {
        Stream<String> steps = STATUSES.stream()
                .flatMap(from -> STATUSES.stream().filter(to -> to != from).map(to -> step(from, to)))
                .filter(step -> !step.isEmpty());
        Stream<String> ends = STATUSES.stream()
                .filter(status -> STATUSES.stream()
                        .allMatch(to -> to == status || by(status, to).isEmpty()))
                .map(end -> "    " + end + " --> [*]\n");
        return Stream.of(
                        Stream.of("```mermaid\nstateDiagram-v2\n    [*] --> PLACED\n"), steps, ends, Stream.of("```\n"))
                .flatMap(part -> part)
                .collect(joining());
    }

    private static String step(OrderStatus from, OrderStatus to) {
        String by = by(from, to);
        return by.isEmpty() ? "" : "    " + from + " --> " + to + ": " + by + "\n";
    }

    private static String by(OrderStatus from, OrderStatus to) {
        return OPERATIONS.stream()
                .filter(operation -> {
                    @Nullable Set<OrderStatus> next = OrderLifecycle.next(from, operation);
                    return next != null && next.contains(to);
                })
                .map(OrderLifecycleTest::name)
                .collect(joining(", "));
    }

    private static String table() {
        Stream<String> head = Stream.of(
                row("", OPERATIONS.stream().map(OrderLifecycleTest::name)),
                row("---", OPERATIONS.stream().map(operation -> "---")));
        Stream<String> rows = STATUSES.stream()
                .map(status -> row(status.name(), OPERATIONS.stream().map(operation -> cell(status, operation))));
        return Stream.concat(head, rows).collect(joining());
    }

    private static String cell(OrderStatus status, Operation operation) {
        @Nullable Set<OrderStatus> next = OrderLifecycle.next(status, operation);
        if (next == null) {
            return "`" + operation.refusal() + "`";
        }
        return next.isEmpty()
                ? "-"
                : EnumSet.copyOf(next).stream().map(OrderStatus::name).collect(joining(" or "));
    }

    private static String row(String first, Stream<String> cells) {
        return Stream.concat(Stream.of(first), cells).collect(joining(" | ", "| ", " |\n"));
    }

    private static String name(Operation operation) {
        return operation.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
