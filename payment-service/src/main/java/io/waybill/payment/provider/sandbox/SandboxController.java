package io.waybill.payment.provider.sandbox;

import io.waybill.chassis.web.RequestRefused;
import io.waybill.messages.Money;
import io.waybill.payment.provider.PaymentProvider.AuthorizationCall;
import io.waybill.payment.provider.PaymentProvider.LedgerEntry;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Plays the sandbox's staff and its customers. The gateway does not route here. */
@RestController
@RequestMapping("/sandbox")
@ConditionalOnProperty(name = "waybill.payment.provider", havingValue = "sandbox", matchIfMissing = true)
class SandboxController {

    private final SandboxProvider sandbox;
    private final SandboxWebhooks webhooks;

    SandboxController(SandboxProvider sandbox, SandboxWebhooks webhooks) {
        this.sandbox = sandbox;
        this.webhooks = webhooks;
    }

    record WantedFaults(
            @Nullable Boolean unreachable,
            @Nullable Boolean answersLost,
            @Nullable @Min(0) @Max(60_000) Integer latencyMillis,
            @Nullable Boolean captureRefused,
            @Nullable Boolean refundRefused,
            @Nullable Boolean webhooksLost,
            @Nullable Boolean duplicateWebhooks) {

        Faults asFaults() {
            return new Faults(
                    Boolean.TRUE.equals(unreachable),
                    Boolean.TRUE.equals(answersLost),
                    latencyMillis == null ? 0 : latencyMillis,
                    Boolean.TRUE.equals(captureRefused),
                    Boolean.TRUE.equals(refundRefused),
                    Boolean.TRUE.equals(webhooksLost),
                    Boolean.TRUE.equals(duplicateWebhooks));
        }
    }

    /** All that the sandbox has ever entered. A wrapper, so that more can be said one day. */
    record Ledger(List<LedgerEntry> items) {}

    record Confirmation(@NotNull Boolean approved) {}

    record Amount(
            @NotNull @Min(1) Long minor,
            @NotBlank @Pattern(regexp = "[A-Z]{3}") String currency) {}

    record Invention(
            @NotBlank String authorizationId,
            @NotBlank String paymentId,
            @NotBlank String orderId,
            @NotNull @Valid Amount amount,
            @Nullable @Min(0) Long capturedMinor) {}

    /** What is left out is no fault. */
    @PutMapping("/faults")
    Faults set(@RequestBody WantedFaults faults) {
        sandbox.set(faults.asFaults());
        return sandbox.faults();
    }

    @GetMapping("/faults")
    Faults faults() {
        return sandbox.faults();
    }

    /** What the provider knows, for whoever holds the shop's books against it; no fault of the moment hides it. */
    @GetMapping("/ledger")
    Ledger ledger() {
        return new Ledger(sandbox.entries());
    }

    @PostMapping("/authorizations/{authorizationId}/confirmations")
    LedgerEntry confirm(@PathVariable String authorizationId, @RequestBody Confirmation confirmation) {
        LedgerEntry entry = sandbox.confirm(authorizationId, confirmation.approved())
                .orElseThrow(() -> RequestRefused.notFound(
                        "NOTHING_TO_CONFIRM", "No customer is waited for by authorization " + authorizationId + "."));
        webhooks.tell(entry);
        return entry;
    }

    /** Lets a hold run out of time now, and says so to the shop. */
    @PostMapping("/authorizations/{authorizationId}/expiries")
    LedgerEntry expire(@PathVariable String authorizationId) {
        LedgerEntry entry = sandbox.expire(authorizationId)
                .orElseThrow(() -> RequestRefused.notFound(
                        "NOTHING_HELD", "Nothing is held by authorization " + authorizationId + "."));
        webhooks.tell(entry);
        return entry;
    }

    /** Makes an authorization, and a capture of it, that the shop never asked for. */
    @PostMapping("/authorizations")
    @ResponseStatus(HttpStatus.CREATED)
    LedgerEntry invent(@RequestBody Invention invention) {
        var call = new AuthorizationCall(
                invention.authorizationId(),
                invention.paymentId(),
                invention.orderId(),
                new Money(invention.amount().minor(), invention.amount().currency()),
                "tok_ok",
                null,
                null);
        return sandbox.invent(call, invention.capturedMinor() == null ? 0 : invention.capturedMinor());
    }
}
