package io.waybill.chassis.mongo;

import java.util.List;
import java.util.Optional;

/** The sagas that have not ended, as they were last stored: to be looked at, never to be changed. */
public interface LiveSagas {

    /**
     * The saga of this type that is associated with a value.
     *
     * @param key name of the association
     */
    <S> Optional<S> find(Class<S> type, String key, String value);

    /**
     * Sagas of all types, in no particular order.
     *
     * @param limit at most so many; all of them are read, so it bounds time and memory
     */
    List<Object> scan(int limit);
}
