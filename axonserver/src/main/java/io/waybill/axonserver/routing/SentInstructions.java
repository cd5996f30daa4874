package io.waybill.axonserver.routing;

import io.axoniq.axonserver.grpc.ErrorMessage;
import io.axoniq.axonserver.grpc.InstructionAck;
import io.axoniq.axonserver.grpc.InstructionResult;
import io.axoniq.axonserver.grpc.control.PlatformOutboundInstruction;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Instructions that clients have been given, until all of them have carried theirs out. */
final class SentInstructions {

    /** What the original allows by default. */
    static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** What the original allows by default; instructions are given by hand or by a script. */
    private static final int MAX_PENDING = 1_000;

    private final Map<String, Pending> pending = new ConcurrentHashMap<>();

    /**
     * Sends one instruction to all of {@code targets}.
     *
     * @param description what is being done, for whoever reads that it failed
     * @return completes when all have carried it out, or with the first failure
     */
    CompletableFuture<Outcome> send(
            String description, Collection<ConnectedClient> targets, PlatformOutboundInstruction instruction) {
        if (pending.size() >= MAX_PENDING) {
            return CompletableFuture.failedFuture(
                    ErrorCode.TOO_MANY_REQUESTS.exception("Too many instructions are being carried out"));
        }
        String id = UUID.randomUUID().toString();
        Pending sent = new Pending(id, description, targets);
        pending.put(id, sent);
        PlatformOutboundInstruction identified =
                instruction.toBuilder().setInstructionId(id).build();
        for (ConnectedClient target : targets) {
            if (!target.send(identified)) {
                sent.disconnected(target);
            }
        }
        return sent.outcome;
    }

    /** A client has carried out an instruction, or could not. */
    void result(ConnectedClient client, InstructionResult result) {
        Pending sent = pending.get(result.getInstructionId());
        if (sent == null) {
            return;
        }
        if (result.getSuccess()) {
            sent.done(client, Outcome.SUCCESS);
        } else {
            sent.refused(client, result.getError());
        }
    }

    /**
     * A client has received an instruction, or refuses it. Clients of today say so without the instruction's
     * identifier, and only the result counts; those before 4.6 send nothing else.
     */
    void acknowledged(ConnectedClient client, InstructionAck ack) {
        Pending sent = pending.get(ack.getInstructionId());
        if (sent == null) {
            return;
        }
        if (!ack.getSuccess()) {
            sent.refused(client, ack.getError());
        } else if (!sendsResults(client.version())) {
            sent.done(client, Outcome.ACCEPTED);
        }
    }

    private static boolean sendsResults(String version) {
        return !version.matches("4\\.[0-5](\\..*)?");
    }

    void disconnected(ConnectedClient client) {
        pending.values().forEach(sent -> sent.disconnected(client));
    }

    /** Gives up on the instructions that were sent too long ago. */
    void expire(long nowNanos) {
        pending.values().stream()
                .filter(sent -> nowNanos - sent.sentNanos > TIMEOUT_NANOS)
                .forEach(Pending::timedOut);
    }

    private final class Pending {

        private final String id;
        private final String description;
        private final long sentNanos = System.nanoTime();
        private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();

        // Guarded by this.
        private final Set<ConnectedClient> awaited;
        private Outcome soFar = Outcome.SUCCESS;

        Pending(String id, String description, Collection<ConnectedClient> targets) {
            this.id = id;
            this.description = description;
            this.awaited = new HashSet<>(targets);
        }

        void done(ConnectedClient client, Outcome how) {
            if (!remove(client)) {
                return;
            }
            Outcome complete = null;
            synchronized (this) {
                soFar = how == Outcome.ACCEPTED ? how : soFar;
                complete = awaited.isEmpty() ? soFar : null;
            }
            if (complete != null) {
                pending.remove(id);
                outcome.complete(complete);
            }
        }

        void refused(ConnectedClient client, ErrorMessage error) {
            if (remove(client)) {
                // Clients say nothing when there was nothing to do, such as merging the only segment.
                String message = error.getMessage().isEmpty()
                        ? "%s did not carry out: %s".formatted(client, description)
                        : error.getMessage();
                fail(ErrorCode.of(error.getErrorCode()), message);
            }
        }

        void disconnected(ConnectedClient client) {
            if (remove(client)) {
                fail(ErrorCode.CLIENT_DISCONNECTED, "%s disconnected during: %s".formatted(client, description));
            }
        }

        void timedOut() {
            fail(ErrorCode.INSTRUCTION_TIMEOUT, "Not answered in time: " + description);
        }

        private synchronized boolean remove(ConnectedClient client) {
            return awaited.remove(client);
        }

        private void fail(ErrorCode code, String message) {
            pending.remove(id);
            outcome.completeExceptionally(code.exception(message));
        }
    }
}
