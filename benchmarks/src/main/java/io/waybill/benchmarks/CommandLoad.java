package io.waybill.benchmarks;

import io.axoniq.axonserver.connector.command.CommandChannel;
import io.axoniq.axonserver.grpc.MetaDataValue;
import io.axoniq.axonserver.grpc.ProcessingInstruction;
import io.axoniq.axonserver.grpc.ProcessingKey;
import io.axoniq.axonserver.grpc.command.Command;
import io.axoniq.axonserver.grpc.command.CommandResponse;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** Sends commands, each with a routing key as an application would, and checks that the answer is its own. */
final class CommandLoad implements Work {

    private final CommandChannel channel;
    private final WrittenEvents contents;
    private final String run = UUID.randomUUID().toString().substring(0, 18);
    private final Command[] commands;
    private final long[] sent;

    /** Creates a load of commands called {@code name}. */
    CommandLoad(CommandChannel channel, WrittenEvents contents, String name, int workers) {
        this.channel = channel;
        this.contents = contents;
        commands = new Command[workers];
        sent = new long[workers];
        for (int i = 0; i < workers; i++) {
            commands[i] = Command.newBuilder()
                    .setName(name)
                    .setPayload(contents.content(i))
                    .putMetaData(
                            CommandHandlers.WORKER,
                            MetaDataValue.newBuilder().setNumberValue(i).build())
                    .addProcessingInstructions(ProcessingInstruction.newBuilder()
                            .setKey(ProcessingKey.ROUTING_KEY)
                            .setValue(MetaDataValue.newBuilder().setTextValue("worker-" + i)))
                    .build();
        }
    }

    @Override
    public CompletableFuture<?> next(int worker) {
        String id = run + "-" + worker + "-" + sent[worker]++;
        Command command = commands[worker].toBuilder().setMessageIdentifier(id).build();
        return channel.sendCommand(command).thenAccept(response -> check(response, id, worker));
    }

    private void check(CommandResponse response, String id, int worker) {
        if (!response.getErrorCode().isEmpty()) {
            throw new RunFailedException("A command was refused: %s %s"
                    .formatted(
                            response.getErrorCode(), response.getErrorMessage().getMessage()));
        }
        if (!response.getRequestIdentifier().equals(id)
                || !response.getPayload().equals(contents.content(worker))) {
            throw new RunFailedException("Misread: command %s got the answer to %s, or another answer"
                    .formatted(id, response.getRequestIdentifier()));
        }
    }
}
