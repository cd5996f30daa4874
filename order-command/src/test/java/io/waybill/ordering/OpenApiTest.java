package io.waybill.ordering;

import io.waybill.chassis.web.OpenApiRoutes;
import org.junit.jupiter.api.Test;

class OpenApiTest {

    @Test
    void servesWhatTheDescriptionOfTheApiSays() {
        OpenApiRoutes.areServedBy("order-command", OrderCommandApplication.class);
    }
}
