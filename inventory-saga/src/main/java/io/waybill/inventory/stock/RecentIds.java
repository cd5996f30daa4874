package io.waybill.inventory.stock;

import java.util.LinkedHashSet;
import java.util.Set;

/** The latest IDs that were dealt with, so that a command that comes again is known. */
final class RecentIds {

    /** A repeated command is seconds late, or minutes after a crash; no SKU sees so many in that time. */
    private static final int REMEMBERED = 10_000;

    private final Set<String> ids = new LinkedHashSet<>();

    void add(String id) {
        if (ids.add(id) && ids.size() > REMEMBERED) {
            ids.remove(ids.iterator().next());
        }
    }

    boolean contain(String id) {
        return ids.contains(id);
    }
}
