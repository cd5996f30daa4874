package io.waybill.chassis;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.waybill.chassis.messaging.Projection;
import io.waybill.chassis.messaging.RequestCommands;
import io.waybill.chassis.messaging.RequestEvents;
import io.waybill.chassis.messaging.SagaCommands;
import io.waybill.chassis.messaging.Worker;
import org.axonframework.commandhandling.CommandBus;
import org.axonframework.commandhandling.gateway.CommandGateway;
import org.axonframework.config.ProcessingGroup;
import org.axonframework.spring.stereotype.Aggregate;
import org.springframework.web.bind.annotation.RestController;

/** What holds in every service. A projection is no process, so that it never sends follows. */
public final class ServiceRules {

    private static final DescribedPredicate<JavaClass> NO_PROCESS = describe(
            "are neither sagas nor other event handlers with effects elsewhere, nor what all of theirs have in common",
            type -> !isProcess(type));

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
                    "org.bson..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule onlyControllersAndWorkersSendRequests = noClasses()
            .that()
            .areNotAnnotatedWith(RestController.class)
            .and()
            .areNotAnnotatedWith(Worker.class)
            .should()
            .dependOnClassesThat()
            .belongToAnyOf(RequestCommands.class, RequestEvents.class);

    @ArchTest
    static final ArchRule onlyProcessesSendAsProcesses =
            noClasses().that(NO_PROCESS).should().dependOnClassesThat().belongToAnyOf(SagaCommands.class);

    @ArchTest
    static final ArchRule nobodySendsPastTheChassis =
            noClasses().should().dependOnClassesThat().belongToAnyOf(CommandGateway.class, CommandBus.class);

    @ArchTest
    static final ArchRule hasNoCycles =
            slices().matching("io.waybill.(**)").should().beFreeOfCycles();

    private ServiceRules() {}

    private static boolean isProcess(JavaClass type) {
        return type.isAnnotatedWith(ProcessingGroup.class)
                ? !type.isAnnotatedWith(Projection.class)
                : !type.getSubclasses().isEmpty()
                        && type.getSubclasses().stream().allMatch(ServiceRules::isProcess);
    }
}
