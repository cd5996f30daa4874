package io.waybill.inventory.checkout;

import io.waybill.chassis.messaging.RequestEvents;
import io.waybill.chassis.mongo.LiveSagas;
import io.waybill.chassis.web.InvalidRequest;
import io.waybill.chassis.web.RequestRefused;
import io.waybill.messages.checkout.ProcessEvent;
import io.waybill.messages.checkout.ProcessEvent.ProcessResolved;
import io.waybill.messages.checkout.ProcessEvent.ProcessRetried;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * Shows operators the processes that have not ended, and lets them have one retry its step or give up. What they decide
 * is an event, so that it is known who did.
 */
@RestController
@RequestMapping("/api/ops/sagas")
class ProcessController {

    private static final int MAX_LIMIT = 500;
    private static final int DEFAULT_LIMIT = 100;
    /** Each is read and looked at, in about a second at most; a shop with more in progress at a time asks by ID. */
    private static final int MAX_SCANNED = 10_000;

    private static final Map<Class<? extends OrderProcess<?>>, String> KEYS = Map.of(
            CheckoutSaga.class, CheckoutSaga.KEY,
            AmendmentSaga.class, AmendmentSaga.KEY,
            CancellationSaga.class, CancellationSaga.KEY,
            ShipmentSaga.class, ShipmentSaga.KEY,
            ReturnSaga.class, ReturnSaga.KEY,
            ExchangeSaga.class, ExchangeSaga.KEY,
            BackorderSaga.class, BackorderSaga.KEY);

    private final LiveSagas sagas;
    private final RequestEvents events;

    ProcessController(LiveSagas sagas, RequestEvents events) {
        this.sagas = sagas;
        this.events = events;
    }

    /**
     * Processes, those first that have waited longest.
     *
     * @param complete whether no more than these fit the question
     */
    record Processes(List<ProcessView> items, boolean complete) {}

    record Resolution(@NotBlank @Size(max = 500) String reason) {}

    record Decided(String orderId, String processId, long position) {}

    /**
     * What was decided about all that need somebody.
     *
     * @param retried number of processes
     * @param complete whether these were all
     * @param position of the last decision; null if there was nothing to decide
     */
    record AllRetried(
            int retried, boolean complete, @Nullable Long position) {}

    @GetMapping
    Processes all(
            @RequestParam(required = false) @Nullable String orderId,
            @RequestParam(required = false) @Nullable Boolean stalled,
            @RequestParam(defaultValue = "" + DEFAULT_LIMIT) int limit) {
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new InvalidRequest(List.of(new InvalidRequest.Fault(
                    "limit", "OUT_OF_RANGE", "Ask for 1 to " + MAX_LIMIT + " processes at a time.")));
        }
        Processes fitting =
                scan(process -> (orderId == null || process.orderId().equals(orderId))
                        && (stalled == null || process.stalled() == stalled));
        return new Processes(
                fitting.items().stream().limit(limit).toList(), fitting.items().size() <= limit && fitting.complete());
    }

    private Processes scan(Predicate<ProcessView> wanted) {
        List<Object> scanned = sagas.scan(MAX_SCANNED);
        List<ProcessView> fitting = scanned.stream()
                .map(saga -> ((OrderProcess<?>) saga).view())
                .filter(wanted)
                .sorted(Comparator.comparing(ProcessView::since))
                .toList();
        return new Processes(fitting, scanned.size() < MAX_SCANNED);
    }

    @GetMapping("/{processId}")
    ProcessView one(@PathVariable String processId) {
        return find(processId);
    }

    @PostMapping("/{processId}/retry")
    ResponseEntity<Decided> retry(@PathVariable String processId) {
        return decide(processId, ProcessController::retrying);
    }

    /** All that need somebody, a decision for each. */
    @PostMapping("/retry")
    ResponseEntity<AllRetried> retryAll() {
        Processes stalled = scan(ProcessView::stalled);
        @Nullable Long position = null;
        for (ProcessView process : stalled.items()) {
            position = events.publish(retrying(process));
        }
        return ResponseEntity.accepted().body(new AllRetried(stalled.items().size(), stalled.complete(), position));
    }

    private static ProcessRetried retrying(ProcessView process) {
        return new ProcessRetried(process.orderId(), process.processId(), process.process());
    }

    @PostMapping("/{processId}/resolve")
    ResponseEntity<Decided> resolve(@PathVariable String processId, @RequestBody Resolution resolution) {
        return decide(
                processId,
                process -> new ProcessResolved(
                        process.orderId(), process.processId(), process.process(), resolution.reason()));
    }

    private ResponseEntity<Decided> decide(String processId, Function<ProcessView, ProcessEvent> decision) {
        ProcessView process = find(processId);
        long position = events.publish(decision.apply(process));
        return ResponseEntity.accepted().body(new Decided(process.orderId(), processId, position));
    }

    /** The checkout and the cancellation of one order share its ID; the one that needs somebody comes first. */
    private ProcessView find(String processId) {
        return KEYS.entrySet().stream()
                .map(kind -> sagas.find(kind.getKey(), kind.getValue(), processId))
                .flatMap(Optional::stream)
                .map(OrderProcess::view)
                .max(Comparator.comparing(ProcessView::stalled))
                .orElseThrow(() ->
                        RequestRefused.notFound("PROCESS_NOT_FOUND", "No process " + processId + " is in progress."));
    }
}
