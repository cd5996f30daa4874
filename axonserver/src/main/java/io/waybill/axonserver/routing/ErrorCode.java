package io.waybill.axonserver.routing;

import io.axoniq.axonserver.grpc.ErrorMessage;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.util.Arrays;

/** The error codes of the Axon Server API that this node uses, each with the gRPC status that goes with it. */
public enum ErrorCode {
    AUTHENTICATION_TOKEN_MISSING("AXONIQ-1000", Code.PERMISSION_DENIED),
    AUTHENTICATION_INVALID_TOKEN("AXONIQ-1001", Code.PERMISSION_DENIED),
    UNSUPPORTED_INSTRUCTION("AXONIQ-1002", Code.UNKNOWN),
    INSTRUCTION_ACK_ERROR("AXONIQ-1003", Code.INTERNAL),
    INSTRUCTION_EXECUTION_ERROR("AXONIQ-1004", Code.INTERNAL),
    CONTEXT_NOT_FOUND("AXONIQ-1302", Code.NOT_FOUND),
    TOO_MANY_REQUESTS("AXONIQ-1900", Code.RESOURCE_EXHAUSTED),
    INVALID_SEQUENCE("AXONIQ-2000", Code.OUT_OF_RANGE),
    PAYLOAD_TOO_LARGE("AXONIQ-2001", Code.INVALID_ARGUMENT),
    TOO_MANY_EVENTS("AXONIQ-2002", Code.INVALID_ARGUMENT),
    EVENT_PROCESSOR_NOT_FOUND("AXONIQ-2800", Code.NOT_FOUND),
    MOVE_UNKNOWN_TARGET("AXONIQ-2801", Code.NOT_FOUND),
    MOVE_NO_AVAILABLE_THREADS("AXONIQ-2802", Code.NOT_FOUND),
    NO_HANDLER_FOR_COMMAND("AXONIQ-4000", Code.NOT_FOUND),
    CONNECTION_TO_HANDLER_LOST("AXONIQ-4001", Code.CANCELLED),
    COMMAND_TIMEOUT("AXONIQ-4002", Code.CANCELLED),
    COMMAND_DUPLICATED("AXONIQ-4005", Code.INVALID_ARGUMENT),
    NO_HANDLER_FOR_QUERY("AXONIQ-5000", Code.NOT_FOUND),
    QUERY_TIMEOUT("AXONIQ-5006", Code.CANCELLED),
    QUERY_DUPLICATED("AXONIQ-5007", Code.INVALID_ARGUMENT),
    CLIENT_DISCONNECTED("AXONIQ-6001", Code.NOT_FOUND),
    DATAFILE_READ_ERROR("AXONIQ-9000", Code.CANCELLED),
    DATAFILE_WRITE_ERROR("AXONIQ-9100", Code.CANCELLED),
    INSTRUCTION_TIMEOUT("AXONIQ-11000", Code.DEADLINE_EXCEEDED),
    OTHER("AXONIQ-0001", Code.CANCELLED);

    /** Clients look here for the code; the status alone does not tell the faults apart. */
    private static final Metadata.Key<String> CODE_KEY =
            Metadata.Key.of("AxonIQ-ErrorCode", Metadata.ASCII_STRING_MARSHALLER);

    private final String code;
    private final Code status;

    ErrorCode(String code, Code status) {
        this.code = code;
        this.status = status;
    }

    /** The error that goes over the wire as {@code code}, {@link #OTHER} when this node knows none. */
    public static ErrorCode of(String code) {
        return Arrays.stream(values())
                .filter(known -> known.code.equals(code))
                .findFirst()
                .orElse(OTHER);
    }

    /** The code as it goes over the wire, such as {@code AXONIQ-2000}. */
    public String code() {
        return code;
    }

    /** The error as the end of a gRPC call. */
    public StatusRuntimeException exception(String message) {
        return status(message).asRuntimeException(trailers());
    }

    /** The gRPC status that goes with this code. */
    public Status status(String message) {
        return Status.fromCode(status).withDescription("[" + code + "] " + message);
    }

    /** The trailers that carry this code. */
    public Metadata trailers() {
        Metadata trailers = new Metadata();
        trailers.put(CODE_KEY, code);
        return trailers;
    }

    /** The error as part of a response. */
    public ErrorMessage message(String message) {
        return ErrorMessage.newBuilder()
                .setErrorCode(code)
                .setMessage(message)
                .setLocation("AxonServer")
                .build();
    }
}
