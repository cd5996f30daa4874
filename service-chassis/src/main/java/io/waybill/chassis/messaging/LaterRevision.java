package io.waybill.chassis.messaging;

import org.axonframework.common.AxonTransientException;
import org.axonframework.serialization.SerializedType;

/**
 * Something was written by a later release, in a form that this one does not know. Nobody is to guess at it, nor to park it:
 * it waits for an instance of that release, as in a rolling upgrade there soon is one.
 */
public final class LaterRevision extends AxonTransientException {

    private static final long serialVersionUID = 1L;

    LaterRevision(SerializedType type, int known) {
        super(
                "%s was written with revision %s by a later release; this instance knows revision %d and has to be upgraded."
                        .formatted(type.getName(), type.getRevision(), known));
    }
}
