package io.waybill.chassis.messaging;

import java.util.Map;
import java.util.Optional;

/** How far the event processors of this service have read, in all its instances, as their token store knows. */
public interface ReadProgress {

    /** The position that each segment of a processor has read up to, -1 if none; empty if nothing is known of it. */
    Map<Integer, Long> segments(String processor);

    /**
     * Names the state of the service's store, from its first start or its last loss to the next one. Empty as long as a
     * loss is not repaired.
     */
    Optional<String> generation();
}
