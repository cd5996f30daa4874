package io.waybill.axonserver.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.axonserver.security.Access.Reason;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RefusalsTest {

    private static final Call CALL = new Call("Service/Method", "default", "192.0.2.1:4711");

    private final List<String> logged = new ArrayList<>();
    private long now;
    private final Refusals refusals = new Refusals(() -> now, logged::add);

    @Test
    void floodIsCountedInFullAndLoggedNowAndThen() {
        for (int i = 0; i < 1_000; i++) {
            refusals.note(Reason.TOKEN_UNKNOWN, CALL, "Invalid token");
        }
        now += Refusals.QUIET_NANOS;
        refusals.note(Reason.TOKEN_UNKNOWN, CALL, "Invalid token");
        now += Refusals.QUIET_NANOS;
        refusals.note(Reason.TOKEN_UNKNOWN, CALL, "Invalid token");

        assertThat(logged)
                .containsExactly(
                        "Refused a call from 192.0.2.1:4711: Invalid token",
                        "Refused a call from 192.0.2.1:4711: Invalid token (and 999 more like it)",
                        "Refused a call from 192.0.2.1:4711: Invalid token");
        assertThat(refusals.counts()).containsEntry(Reason.TOKEN_UNKNOWN, 1_002L);
    }

    @Test
    void floodOfOneKindDoesNotHideAnother() {
        refusals.note(Reason.TOKEN_UNKNOWN, CALL, "Invalid token");
        refusals.note(Reason.RIGHT_MISSING, CALL, "order-query lacks the right write");

        assertThat(logged).hasSize(2).last().asString().endsWith("order-query lacks the right write");
    }
}
