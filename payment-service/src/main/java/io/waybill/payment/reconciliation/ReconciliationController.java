package io.waybill.payment.reconciliation;

import io.waybill.chassis.messaging.RequestCommands;
import io.waybill.chassis.messaging.RequestEvents;
import io.waybill.chassis.web.Idempotency;
import io.waybill.chassis.web.InvalidRequest;
import io.waybill.chassis.web.ReadsFrom;
import io.waybill.chassis.web.RequestRefused;
import io.waybill.messages.operations.ProviderEvent.ReconciliationRequested;
import io.waybill.messages.payment.ReconciliationCommand.DismissDiscrepancy;
import io.waybill.messages.payment.ReconciliationCommand.RepairDiscrepancy;
import io.waybill.payment.provider.PaymentProvider;
import io.waybill.payment.reconciliation.DiscrepancyQueue.Entry;
import io.waybill.payment.reconciliation.ReconciliationRuns.Run;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Lets operators compare the books, and decide about what disagrees. */
@RestController
@RequestMapping("/api/ops")
class ReconciliationController {

    private static final int DEFAULT_LIMIT = 50;
    /** A page that is read and sent in milliseconds. */
    private static final int MAX_LIMIT = 200;

    private final Reconciler reconciler;
    private final ReconciliationRuns runs;
    private final DiscrepancyQueue queue;
    private final Repairs repairs;
    private final RequestCommands commands;
    private final RequestEvents events;
    private final Idempotency idempotency;

    ReconciliationController(
            Reconciler reconciler,
            ReconciliationRuns runs,
            DiscrepancyQueue queue,
            PaymentProvider.Calls calls,
            Examination examination,
            RequestCommands commands,
            RequestEvents events,
            Idempotency idempotency) {
        this.reconciler = reconciler;
        this.runs = runs;
        this.queue = queue;
        this.repairs = new Repairs(calls, examination, commands::send);
        this.commands = commands;
        this.events = events;
        this.idempotency = idempotency;
    }

    record Start(@Nullable String since) {}

    record Started(String reconciliationId) {}

    /**
     * A run as an operator sees it; see {@link ReconciliationRuns} for its parts.
     *
     * @param of how many payments of ours are to be checked
     */
    record RunView(
            String reconciliationId,
            ReconciliationRuns.State state,
            Instant since,
            long entries,
            long checked,
            long of,
            long found,
            @Nullable String error,
            Instant startedAt,
            @Nullable Instant endedAt) {

        static RunView of(Run run) {
            return new RunView(
                    run.reconciliationId(),
                    run.state(),
                    run.since(),
                    run.progress().entries(),
                    run.progress().checked(),
                    run.progress().of(),
                    run.progress().found(),
                    run.error(),
                    run.startedAt(),
                    run.endedAt());
        }
    }

    record Dismissal(@NotBlank @Size(max = 500) String reason) {}

    record Dismissed(String discrepancyId, long position) {}

    /**
     * What came of a repair.
     *
     * @param state {@code REPAIRED}, or {@code CLEARED} if there was nothing to repair any more
     */
    record Repaired(String discrepancyId, DiscrepancyState state, String outcome) {}

    /** A wrapper, so that a page can say more one day. */
    record Queue(List<Entry> items) {}

    /** Who asked for it is told before it begins. */
    @PostMapping("/reconciliations")
    ResponseEntity<Object> start(
            @RequestHeader(name = Idempotency.HEADER, required = false) @Nullable String key,
            @RequestBody Start request) {
        @Nullable Instant since = since(request);
        return idempotency.once("POST /api/ops/reconciliations", key, request, id -> {
            if (runs.find(id).isEmpty()) {
                long unusedBecauseItMayBeRefused = events.publish(new ReconciliationRequested(id, since));
            }
            if (!reconciler.begin(id, since) && runs.find(id).isEmpty()) {
                throw new RequestRefused(
                        HttpStatus.CONFLICT,
                        "RECONCILIATION_RUNNING",
                        "A reconciliation is going on. Wait for its end; GET /api/ops/reconciliations tells of it.");
            }
            return ResponseEntity.accepted()
                    .location(URI.create("/api/ops/reconciliations/" + id))
                    .body(new Started(id));
        });
    }

    @GetMapping("/reconciliations")
    RunView latest() {
        return runs.latest()
                .map(RunView::of)
                .orElseThrow(() -> RequestRefused.notFound(
                        "RECONCILIATION_NOT_FOUND", "There has been none. POST to this address begins one."));
    }

    @GetMapping("/reconciliations/{id}")
    RunView one(@PathVariable String id) {
        return runs.find(id)
                .map(RunView::of)
                .orElseThrow(() ->
                        RequestRefused.notFound("RECONCILIATION_NOT_FOUND", "There is no reconciliation " + id + "."));
    }

    @GetMapping("/discrepancies")
    @ReadsFrom("discrepancies")
    Queue queue(
            @RequestParam @Nullable DiscrepancyState state,
            @RequestParam(defaultValue = "" + DEFAULT_LIMIT) int limit) {
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new InvalidRequest(List.of(new InvalidRequest.Fault(
                    "limit", "OUT_OF_RANGE", "Ask for 1 to " + MAX_LIMIT + " discrepancies at a time.")));
        }
        return new Queue(queue.oldest(state, limit));
    }

    @GetMapping("/discrepancies/{id}")
    @ReadsFrom(value = "discrepancies", aggregate = "{id}")
    Entry discrepancy(@PathVariable String id) {
        return queue.find(id)
                .orElseThrow(
                        () -> RequestRefused.notFound("DISCREPANCY_NOT_FOUND", "There is no discrepancy " + id + "."));
    }

    /** The wish is recorded first; if the answer never comes, the next reconciliation sees to it. */
    @PostMapping("/discrepancies/{id}/repair")
    Repaired repair(@PathVariable String id) {
        Entry entry = discrepancy(id);
        commands.send(new RepairDiscrepancy(id));
        Repairs.Result result = repairs.carryOut(entry);
        if (result.outcome().equals(Repairs.PROVIDER_UNREACHABLE)) {
            throw new RequestRefused(
                    HttpStatus.SERVICE_UNAVAILABLE,
                    result.outcome(),
                    "The provider does not answer. It stays in the queue; repeat the request unchanged after Retry-After.");
        }
        if (result.state() == DiscrepancyState.OPEN) {
            throw new RequestRefused(
                    HttpStatus.CONFLICT,
                    result.outcome(),
                    "It cannot be repaired from here as it is now, and stays in the queue. Try again later, or settle it with"
                            + " the provider by hand and dismiss it.");
        }
        return new Repaired(id, result.state(), result.outcome());
    }

    @PostMapping("/discrepancies/{id}/dismiss")
    ResponseEntity<Dismissed> dismiss(@PathVariable String id, @RequestBody Dismissal dismissal) {
        long position =
                commands.send(new DismissDiscrepancy(id, dismissal.reason())).position();
        return ResponseEntity.accepted().body(new Dismissed(id, position));
    }

    private static @Nullable Instant since(Start request) {
        try {
            return request.since() == null ? null : Instant.parse(request.since());
        } catch (DateTimeException e) {
            throw new InvalidRequest(List.of(new InvalidRequest.Fault(
                    "/since", "UNUSABLE_VALUE", "Use an instant such as 2026-11-01T12:00:00Z.")));
        }
    }
}
