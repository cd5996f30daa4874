package io.waybill.simulation;

import java.util.Locale;

/** Where a process may end: what it has not stored by then is lost, and whoever waits for its answer hears nothing. */
enum Point {
    BEFORE_DISPATCH,
    /** The command has been handled, and the answer finds nobody. */
    AFTER_DISPATCH,
    BEFORE_APPEND,
    /** The events are stored, and nobody is told so. */
    AFTER_APPEND,
    BEFORE_SAGA_WRITE,
    /** The saga is stored and not yet what leads to it, or it is not yet deleted and nothing leads to it any more. */
    AMID_SAGA_WRITE,
    /** Before the position in the log is stored. */
    AFTER_SAGA_WRITE,
    BEFORE_VIEW_WRITE,
    /** The view is stored, and not the position in the log. */
    AFTER_VIEW_WRITE,
    BEFORE_PROVIDER_CALL,
    /** The provider has answered, and nobody records it. */
    AFTER_PROVIDER_CALL;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
