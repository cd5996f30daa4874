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
        if (!instructionId.isEmpty()) {
            reply.accept(InstructionAck.newBuilder()
                    .setInstructionId(instructionId)
                    .setError(ErrorCode.UNSUPPORTED_INSTRUCTION.message("Unsupported instruction"))
                    .build());
        }
    }
}
