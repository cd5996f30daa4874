package io.waybill.axonserver.api;

import io.grpc.StatusRuntimeException;
import io.waybill.axonserver.log.AppendRefusedException;
import io.waybill.axonserver.routing.ErrorCode;
import java.util.concurrent.CompletionException;

/** Says over the wire why something was not stored. */
final class AppendFaults {

    private AppendFaults() {}

    static StatusRuntimeException exception(Throwable fault) {
        Throwable cause = fault instanceof CompletionException && fault.getCause() != null ? fault.getCause() : fault;
        String message = String.valueOf(cause.getMessage());
        if (!(cause instanceof AppendRefusedException refused)) {
            return ErrorCode.OTHER.exception(message);
        }
        return switch (refused.reason()) {
            case SEQUENCE_CONFLICT -> ErrorCode.INVALID_SEQUENCE.exception(message);
            case INVALID -> ErrorCode.PAYLOAD_TOO_LARGE.exception(message);
            case BUSY -> ErrorCode.TOO_MANY_REQUESTS.exception(message);
            case NOT_WRITTEN, STOPPED -> ErrorCode.DATAFILE_WRITE_ERROR.exception(message);
        };
    }
}
