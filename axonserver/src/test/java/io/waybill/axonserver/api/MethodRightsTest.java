package io.waybill.axonserver.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.axonserver.security.Right;
import org.junit.jupiter.api.Test;

class MethodRightsTest {

    @Test
    void whatNobodyHasDecidedOnIsForAdministrators() {
        assertThat(MethodRights.of("io.axoniq.axonserver.grpc.NewService/NewMethod"))
                .isEqualTo(Right.ADMIN);
    }
}
