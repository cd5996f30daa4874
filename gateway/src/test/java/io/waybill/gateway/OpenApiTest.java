package io.waybill.gateway;

import io.waybill.chassis.web.OpenApiRoutes;
import org.junit.jupiter.api.Test;

class OpenApiTest {

    @Test
    void answersItselfWhatTheDescriptionOfTheApiRoutesNowhere() {
        OpenApiRoutes.areServedBy("gateway", GatewayApplication.class);
    }
}
