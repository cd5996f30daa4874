package io.waybill.systemtests;

import java.util.Locale;

/** The processes that make up a Waybill, in the order in which they start. */
public enum Service {
    AXONSERVER,
    ORDER_COMMAND,
    ORDER_QUERY,
    INVENTORY_SAGA,
    PAYMENT_SERVICE,
    GATEWAY;

    /** Name of the module, its jar and its entry at the gateway. */
    public String moduleName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Where it says that it can really serve. */
    public String readinessPath() {
        return this == AXONSERVER ? "/actuator/health" : "/actuator/health/readiness";
    }

    /** Whether it is built on the chassis, and so on its libraries. */
    boolean isOnChassis() {
        return this != AXONSERVER && this != GATEWAY;
    }

    /** How far it gives way to others that want the processor once it is ready, as in the launcher, which says why. */
    public int niceness() {
        return this == INVENTORY_SAGA || this == PAYMENT_SERVICE ? 10 : 5;
    }

    /** Whether it takes a part in processes: sends or handles their commands. */
    boolean hasCrashPoints() {
        return this == ORDER_COMMAND || this == INVENTORY_SAGA || this == PAYMENT_SERVICE;
    }
}
