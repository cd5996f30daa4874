package io.waybill.orderview;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.waybill.chassis.messaging.RequestCommands;
import io.waybill.chassis.messaging.SagaCommands;
import org.axonframework.commandhandling.CommandBus;
import org.axonframework.commandhandling.gateway.CommandGateway;

@AnalyzeClasses(packages = "io.waybill.orderview", importOptions = DoNotIncludeTests.class)
class OrderQueryRulesTest {

    @ArchTest
    static final ArchRule neverSendsCommands = noClasses()
            .should()
            .dependOnClassesThat()
            .belongToAnyOf(RequestCommands.class, SagaCommands.class, CommandGateway.class, CommandBus.class);

    @ArchTest
    static final ArchRule readModelsKnowNothingOfEachOther =
            slices().matching("io.waybill.orderview.(*)..").should().notDependOnEachOther();

    @ArchTest
    static final ArchRule hasNoCycles =
            slices().matching("io.waybill.(**)").should().beFreeOfCycles();
}
