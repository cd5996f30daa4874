package io.waybill.payment;

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
import org.springframework.web.bind.annotation.RestController;

@AnalyzeClasses(packages = "io.waybill.payment", importOptions = DoNotIncludeTests.class)
class PaymentServiceRulesTest {

    private static final DescribedPredicate<JavaClass> ASKS_THE_PROVIDER =
            describe("is ProviderRequests", type -> type.getSimpleName().equals("ProviderRequests"));

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
    static final ArchRule onlyProviderRequestsSendsAsAProcess = noClasses()
            .that(DescribedPredicate.not(ASKS_THE_PROVIDER))
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
