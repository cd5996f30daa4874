package io.waybill.ordering;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.waybill.chassis.messaging.Projection;
import io.waybill.chassis.messaging.RequestCommands;
import io.waybill.chassis.messaging.SagaCommands;
import org.axonframework.commandhandling.CommandBus;
import org.axonframework.commandhandling.gateway.CommandGateway;
import org.axonframework.spring.stereotype.Aggregate;
import org.springframework.web.bind.annotation.RestController;

@AnalyzeClasses(packages = "io.waybill.ordering", importOptions = DoNotIncludeTests.class)
class OrderCommandRulesTest {

    @ArchTest
    static final ArchRule aggregatesKnowNeitherWebNorMongo = noClasses()
            .that()
            .areAnnotatedWith(Aggregate.class)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.waybill.chassis.web..",
                    "io.waybill.chassis.mongo..",
                    "org.springframework.web..",
                    "org.springframework.http..",
                    "com.mongodb..",
                    "org.bson..");

    @ArchTest
    static final ArchRule onlyControllersSendCommands = noClasses()
            .that()
            .areNotAnnotatedWith(RestController.class)
            .should()
            .dependOnClassesThat()
            .belongToAnyOf(RequestCommands.class, SagaCommands.class, CommandGateway.class, CommandBus.class);

    @ArchTest
    static final ArchRule controllersSendOnlyAsRequests = noClasses()
            .that()
            .areAnnotatedWith(RestController.class)
            .should()
            .dependOnClassesThat()
            .belongToAnyOf(SagaCommands.class, CommandGateway.class, CommandBus.class);

    @ArchTest
    static final ArchRule projectionsNeverSend = noClasses()
            .that()
            .areAnnotatedWith(Projection.class)
            .should()
            .dependOnClassesThat()
            .belongToAnyOf(RequestCommands.class, SagaCommands.class, CommandGateway.class, CommandBus.class);

    @ArchTest
    static final ArchRule hasNoCycles =
            slices().matching("io.waybill.(**)").should().beFreeOfCycles();
}
