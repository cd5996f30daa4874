package io.waybill.orderview.audit;

import io.waybill.chassis.messaging.RequestEvents;
import io.waybill.chassis.web.InvalidRequest;
import io.waybill.chassis.web.RequestRefused;
import io.waybill.messages.operations.AuditEvent.VerificationRequested;
import io.waybill.orderview.audit.Verdict.Finding;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Shows how far the audit chain is, and has the event store compared with it. */
@RestController
@RequestMapping("/api/audit")
class ChainController {

    private final ChainKeeper keeper;
    private final Verifier verifier;
    private final PublicAuditKey key;
    private final RequestEvents events;

    ChainController(ChainKeeper keeper, Verifier verifier, PublicAuditKey key, RequestEvents events) {
        this.keeper = keeper;
        this.verifier = verifier;
        this.key = key;
        this.events = events;
    }

    /**
     * A head as the outside sees it.
     *
     * @param adopted position of the last event that was there when the chain began; -1 if there was none
     * @param hash of the chain, hexadecimal
     * @param signature Ed25519, Base64
     * @param statement what is signed
     */
    record Head(
            String chainId,
            Instant begunAt,
            long adopted,
            long position,
            String hash,
            Instant signedAt,
            String keyId,
            String signature,
            String statement) {

        static Head of(ChainHead head) {
            return new Head(
                    head.origin().chainId(),
                    head.origin().begunAt(),
                    head.origin().adopted(),
                    head.position(),
                    HexFormat.of().formatHex(head.chain()),
                    head.at(),
                    head.keyId(),
                    Base64.getEncoder().encodeToString(head.signature()),
                    head.statementText());
        }
    }

    /**
     * How far the chain is.
     *
     * @param head null before the first event
     * @param problem why it stands still; null if it does not
     */
    record Chain(@Nullable Head head, @Nullable String problem) {}

    record Range(@Nullable Long from, @Nullable Long to) {}

    record Started(String verificationId) {}

    /**
     * A verification as an operator sees it.
     *
     * @param events compared so far
     * @param verdict null unless it came to an end
     * @param faultPosition of the first event that is not as it was; null if there is none
     */
    record View(
            String verificationId,
            VerificationRun.State state,
            long from,
            @Nullable Long to,
            long position,
            long events,
            long eventsPerSecond,
            Instant startedAt,
            @Nullable Instant endedAt,
            @Nullable Finding verdict,
            @Nullable Long faultPosition,
            @Nullable String detail) {

        static View of(VerificationRun run) {
            Instant until = run.endedAt() == null ? run.seenAt() : run.endedAt();
            long millis = Math.max(1, Duration.between(run.startedAt(), until).toMillis());
            long first = Chunk.numberOf(run.from()) * Chunk.EVENTS;
            long compared = Math.max(0, run.position() - first + 1);
            @Nullable Verdict verdict = run.verdict();
            return new View(
                    run.verificationId(),
                    run.state(),
                    run.from(),
                    run.to(),
                    run.position(),
                    compared,
                    compared * 1000 / millis,
                    run.startedAt(),
                    run.endedAt(),
                    verdict == null ? null : verdict.finding(),
                    verdict == null ? null : verdict.position(),
                    verdict == null ? null : verdict.detail());
        }
    }

    /** The public key as PEM: a file of it is all that is needed to check an export. */
    @GetMapping(path = "/key", produces = "application/x-pem-file")
    String key() {
        return key.pem();
    }

    @GetMapping("/chain")
    Chain chain() {
        ChainKeeper.State state = keeper.state();
        return new Chain(state.head() == null ? null : Head.of(state.head()), state.problem());
    }

    /** Who asks for it is an event, before anything is read. */
    @PostMapping("/verifications")
    ResponseEntity<Started> verify(@RequestBody Range range) {
        long from = range.from() == null ? 0 : range.from();
        requireRange(from, range.to());
        String id = verifier.begin(
                        from,
                        range.to(),
                        verificationId -> events.publish(new VerificationRequested(verificationId, from, range.to())))
                .orElseThrow(() -> new RequestRefused(
                        HttpStatus.CONFLICT,
                        "VERIFICATION_RUNNING",
                        "A verification is under way in this instance. Ask again when it has ended."));
        return ResponseEntity.accepted()
                .location(URI.create("/api/audit/verifications/" + id))
                .body(new Started(id));
    }

    @GetMapping("/verifications/{id}")
    View verification(@PathVariable String id) {
        return verifier.find(id)
                .map(View::of)
                .orElseThrow(() ->
                        RequestRefused.notFound("VERIFICATION_NOT_FOUND", "There is no verification " + id + "."));
    }

    private static void requireRange(long from, @Nullable Long to) {
        List<InvalidRequest.Fault> faults = new ArrayList<>();
        if (from < 0) {
            faults.add(new InvalidRequest.Fault("/from", "OUT_OF_RANGE", "Positions begin with 0."));
        }
        if (to != null && to < from) {
            faults.add(new InvalidRequest.Fault("/to", "OUT_OF_RANGE", "It must not be before /from."));
        }
        if (!faults.isEmpty()) {
            throw new InvalidRequest(faults);
        }
    }
}
