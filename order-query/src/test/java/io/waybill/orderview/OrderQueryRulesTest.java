package io.waybill.orderview;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.ArchTests;
import com.tngtech.archunit.lang.ArchRule;
import io.waybill.chassis.ServiceRules;
import io.waybill.chassis.messaging.RequestCommands;

@AnalyzeClasses(packages = "io.waybill.orderview", importOptions = DoNotIncludeTests.class)
class OrderQueryRulesTest {

    @ArchTest
    static final ArchTests keepsTheRulesOfAllServices = ArchTests.in(ServiceRules.class);

    @ArchTest
    static final ArchRule sendsNoCommandsAtAll =
            noClasses().should().dependOnClassesThat().belongToAnyOf(RequestCommands.class);

    @ArchTest
    static final ArchRule readModelsKnowNothingOfEachOther =
            slices().matching("io.waybill.orderview.(*)..").should().notDependOnEachOther();
}
