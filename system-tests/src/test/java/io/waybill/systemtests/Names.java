package io.waybill.systemtests;

import java.util.Locale;
import java.util.UUID;

/** Names that no other test and no earlier run has used, so that a store full of their traces does not matter. */
final class Names {

    private Names() {}

    static String sku(String word) {
        return (word + "-" + suffix()).toUpperCase(Locale.ROOT);
    }

    static String customer(String word) {
        return word + "-" + suffix();
    }

    private static String suffix() {
        return UUID.randomUUID().toString().substring(0, 13);
    }
}
