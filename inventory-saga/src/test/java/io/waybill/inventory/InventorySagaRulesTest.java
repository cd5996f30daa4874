package io.waybill.inventory;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
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
import org.axonframework.spring.stereotype.Saga;
import org.springframework.web.bind.annotation.RestController;

@AnalyzeClasses(packages = "io.waybill.inventory", importOptions = DoNotIncludeTests.class)
class InventorySagaRulesTest {

    private static final DescribedPredicate<JavaClass> LEADS_A_PROCESS = describe(
            "is a saga or Cancellation",
            type -> type.isAnnotatedWith(Saga.class) || type.getSimpleName().equals("Cancellation"));

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
    static final ArchRule onlyControllersSendRequests = noClasses()
            .that()
            .areNotAnnotatedWith(RestController.class)
            .should()
            .dependOnClassesThat()
            .belongToAnyOf(RequestCommands.class);

    @ArchTest
    static final ArchRule onlyProcessesSendAsProcesses = noClasses()
            .that(DescribedPredicate.not(LEADS_A_PROCESS))
            .should()
            .dependOnClassesThat()
            .belongToAnyOf(SagaCommands.class);

    @ArchTest
    static final ArchRule nobodySendsPastTheChassis =
            noClasses().should().dependOnClassesThat().belongToAnyOf(CommandGateway.class, CommandBus.class);

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
