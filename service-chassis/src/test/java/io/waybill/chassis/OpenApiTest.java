package io.waybill.chassis;

import io.waybill.chassis.operations.OperationsAutoConfiguration;
import io.waybill.chassis.readmodels.ReadModelsAutoConfiguration;
import io.waybill.chassis.web.OpenApiRoutes;
import org.junit.jupiter.api.Test;

class OpenApiTest {

    @Test
    void everyServiceAnswersWhatTheDescriptionOfTheApiSaysOfEachOfThem() {
        OpenApiRoutes.areServedBy(
                "service-chassis", OperationsAutoConfiguration.class, ReadModelsAutoConfiguration.class);
    }
}
