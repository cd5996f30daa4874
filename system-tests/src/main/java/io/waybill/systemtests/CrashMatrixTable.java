package io.waybill.systemtests;

import io.waybill.systemtests.CrashMatrix.Outcome;
import io.waybill.systemtests.CrashMatrix.Row;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The matrix as a table: a line for each side of a step, a column for each process that was killed there. */
final class CrashMatrixTable {

    /** Coarse, so that the table says the same tomorrow. */
    private static final List<Integer> SECONDS = List.of(5, 10, 30);

    private final Map<Row, Map<Service, Outcome>> rows = new LinkedHashMap<>();
    private final List<String> faults;

    CrashMatrixTable(List<Outcome> outcomes, List<String> faults) {
        this.faults = faults;
        for (Outcome outcome : outcomes) {
            rows.computeIfAbsent(outcome.row(), row -> new EnumMap<>(Service.class))
                    .put(outcome.victim(), outcome);
        }
    }

    boolean isGreen() {
        return faults.isEmpty() && reds().isEmpty();
    }

    private List<Outcome> reds() {
        return rows.values().stream()
                .flatMap(row -> row.values().stream())
                .filter(outcome -> outcome.fault() != null)
                .toList();
    }

    /** The whole file. */
    String document() {
        return """
                # The crash matrix

                Each line is one side of one step of a process, each column a process that was killed (`kill -9`) while an
                order stood exactly there, and started again. The cell says within how many seconds after that the order
                ended as it does undisturbed: in the same state, after the same events, each as often, with stock and money
                that add up. Why it is made this way: [ADR 33](adr/0033-the-crash-matrix.md).

                Written by `./waybill crash-matrix`.

                | side | the order stands where |
                |---|---|
                | before | the step is decided and its first command about to leave (without commands: the saga about to be stored) |
                | appended | a command of it is in the event store, and the service that handled it about to answer |
                | stored | the saga is stored, the token of its event processor is not |
                | before, after | of a call: it is about to be made, its answer about to be taken |

                """ + markdown();
    }

    String markdown() {
        var table = new StringBuilder("| story | step | commands | side |");
        for (Service service : Service.values()) {
            table.append(' ').append(service.moduleName()).append(" |");
        }
        table.append("\n|---|---|---|---|").append("---|".repeat(Service.values().length));
        rows.forEach((row, outcomes) -> {
            table.append("\n| %s | %s | %s | %s |"
                    .formatted(
                            row.story().title(),
                            row.point().step(),
                            row.commands().replace("+", ", "),
                            row.point().side()));
            for (Service service : Service.values()) {
                table.append(' ').append(cell(outcomes.get(service))).append(" |");
            }
        });
        int cells = rows.values().stream().mapToInt(Map::size).sum();
        int red = reds().size();
        table.append("\n\n%d cells, %d red.\n".formatted(cells, red));
        faults.forEach(fault -> table.append("\n- ").append(fault));
        table.append(reds().stream()
                .map(outcome -> "\n- %s, %s, %s killed: %s"
                        .formatted(
                                outcome.row().point().step(),
                                outcome.row().point().side(),
                                outcome.victim().moduleName(),
                                outcome.fault()))
                .collect(Collectors.joining()));
        return table.toString();
    }

    private static String cell(@Nullable Outcome outcome) {
        if (outcome == null) {
            return "";
        }
        Duration recovery = outcome.recovery();
        return outcome.fault() != null
                ? "**RED**"
                : SECONDS.stream()
                        .filter(seconds -> recovery.compareTo(Duration.ofSeconds(seconds)) <= 0)
                        .findFirst()
                        .map(seconds -> seconds + " s")
                        .orElse("**RED**");
    }
}
