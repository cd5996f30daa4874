package io.waybill.catalogue;

import java.util.Arrays;

/** What a message is. */
enum Kind {
    COMMAND("Command"),
    EVENT("Event"),
    QUERY("Query");

    private final String ending;

    Kind(String ending) {
        this.ending = ending;
    }

    /** The name of a sealed interface says by its end of which kind its messages are. */
    static Kind of(Class<?> language) {
        return Arrays.stream(values())
                .filter(kind -> language.getSimpleName().endsWith(kind.ending))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(language + " is neither command, event nor query"));
    }
}
