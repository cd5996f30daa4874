package io.waybill.chassis.messaging;

import org.axonframework.common.AxonTransientException;

/** A message was not answered in time; whether it was handled is not known. */
public final class Unanswered extends AxonTransientException {

    private static final long serialVersionUID = 1L;

    Unanswered(String message, Throwable cause) {
        super(message, cause);
    }
}
