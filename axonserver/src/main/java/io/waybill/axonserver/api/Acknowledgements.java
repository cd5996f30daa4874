package io.waybill.axonserver.api;

import io.axoniq.axonserver.grpc.InstructionAck;
import io.waybill.axonserver.routing.ErrorCode;
import java.util.function.Consumer;

/** Answers the instructions that ask for it, which are those with an identifier. */
final class Acknowledgements {

    private Acknowledgements() {}

    static void accept(String instructionId, Consumer<InstructionAck> reply) {
        if (!instructionId.isEmpty()) {
            reply.accept(InstructionAck.newBuilder()
                    .setInstructionId(instructionId)
                    .setSuccess(true)
                    .build());
        }
    }

    static void refuse(String instructionId, Consumer<InstructionAck> reply) {
        fail(instructionId, ErrorCode.UNSUPPORTED_INSTRUCTION, "Unsupported instruction", reply);
    }

    static void overloaded(String instructionId, Consumer<InstructionAck> reply) {
        fail(instructionId, ErrorCode.TOO_MANY_REQUESTS, "Too many handlers, or too long a name", reply);
    }

    private static void fail(String instructionId, ErrorCode code, String message, Consumer<InstructionAck> reply) {
        if (!instructionId.isEmpty()) {
            reply.accept(InstructionAck.newBuilder()
                    .setInstructionId(instructionId)
                    .setError(code.message(message))
                    .build());
        }
    }
}
