package io.waybill.payment;

import io.waybill.chassis.web.OpenApiRoutes;
import org.junit.jupiter.api.Test;

class OpenApiTest {

    @Test
    void servesWhatTheDescriptionOfTheApiSays() {
        OpenApiRoutes.areServedBy("payment-service", PaymentServiceApplication.class);
    }
}
