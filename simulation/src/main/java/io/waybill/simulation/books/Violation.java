package io.waybill.simulation.books;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Something that must always hold did not. */
public final class Violation extends AssertionError {

    private static final long serialVersionUID = 1L;

    Violation(String message) {
        super(message);
    }

    /**
     * Throws unless something holds that must.
     *
     * @param rule number of the invariant that says so
     * @param format what is wrong, in the manner of {@link String#format}
     */
    @SuppressWarnings("AnnotateFormatMethod") // which takes a library of annotations more
    public static void unless(boolean holds, int rule, String format, @Nullable Object... values) {
        if (!holds) {
            throw new Violation("invariant " + rule + ": " + String.format(Locale.ROOT, format, values));
        }
    }
}
