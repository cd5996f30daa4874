package io.waybill.systemtests;

import io.waybill.simulation.books.Provider;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What the sandbox says it has done, read when all is over. */
public final class SandboxLedger implements Provider {

    /** Whoever was declined, or voided before the provider had heard of it, never held anything. */
    private static final Set<String> ENDS_OF_A_HOLD = Set.of("CAPTURED", "VOIDED", "EXPIRED");

    private final Map<String, JsonNode> entries = new LinkedHashMap<>();

    /** @param ledger entries by the names that the sandbox gives them */
    public SandboxLedger(JsonNode ledger) {
        ledger.path("items")
                .forEach(entry -> entries.put(entry.path("authorizationId").asString(), entry));
    }

    @Override
    public Set<String> authorizationIds() {
        return entries.keySet();
    }

    @Override
    public boolean everHeld(String authorizationId) {
        @Nullable JsonNode entry = entries.get(authorizationId);
        return entry != null
                && (entry.path("state").asString("").equals("HELD")
                        || ENDS_OF_A_HOLD.contains(entry.path("reason").asString("")));
    }

    @Override
    public long heldMinor(String authorizationId) {
        @Nullable JsonNode entry = entries.get(authorizationId);
        return entry == null ? 0 : entry.path("heldMinor").asLong();
    }

    @Override
    public Map<String, Long> captures(String authorizationId) {
        return amounts(authorizationId, "captures");
    }

    @Override
    public Map<String, Long> refunds(String authorizationId) {
        return amounts(authorizationId, "refunds");
    }

    private Map<String, Long> amounts(String authorizationId, String kind) {
        Map<String, Long> amounts = new HashMap<>();
        @Nullable JsonNode entry = entries.get(authorizationId);
        if (entry != null) {
            entry.path(kind)
                    .properties()
                    .forEach(each -> amounts.put(each.getKey(), each.getValue().asLong()));
        }
        return amounts;
    }
}
