package io.waybill.inventory;

import io.waybill.chassis.web.OpenApiRoutes;
import org.junit.jupiter.api.Test;

class OpenApiTest {

    @Test
    void servesWhatTheDescriptionOfTheApiSays() {
        OpenApiRoutes.areServedBy("inventory-saga", InventorySagaApplication.class);
    }
}
