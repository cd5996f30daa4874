package io.waybill.systemtests.chaos;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What was found about one thing that must be true. */
final class Verdict {

    /** More of the same tell no more. */
    private static final int MOST_SHOWN = 10;

    private final String invariants;
    private final String what;
    private final List<String> violations = new ArrayList<>();
    private int checked;
    private int violated;

    /**
     * @param invariants their numbers
     * @param what must be true, as a sentence
     */
    Verdict(String invariants, String what) {
        this.invariants = invariants;
        this.what = what;
    }

    @SuppressWarnings("AnnotateFormatMethod") // which takes a library of annotations more
    void check(boolean holds, String format, @Nullable Object... values) {
        checked++;
        if (!holds) {
            violated++;
            if (violations.size() < MOST_SHOWN) {
                violations.add(format.formatted(values));
            }
        }
    }

    boolean holds() {
        return violated == 0;
    }

    String invariants() {
        return invariants;
    }

    List<String> violations() {
        return List.copyOf(violations);
    }

    /** What was never looked at has not passed. */
    private String verdict() {
        if (checked == 0) {
            return "NONE";
        }
        return holds() ? "PASS" : "FAIL";
    }

    /** One line for the report, and one for each violation. */
    String report() {
        var report = new StringBuilder("%s  %-12s %7d checked  %s%n".formatted(verdict(), invariants, checked, what));
        violations.forEach(
                violation -> report.append("        ").append(violation).append('\n'));
        if (violated > violations.size()) {
            report.append("        and ").append(violated - violations.size()).append(" more\n");
        }
        return report.toString();
    }
}
