package io.waybill.chassis;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The chassis is what no service owns: it knows nothing of what they are about. */
@AnalyzeClasses(packages = "io.waybill.chassis", importOptions = DoNotIncludeTests.class)
class ChassisRulesTest {

    @ArchTest
    static final ArchRule knowsNoMessagesButThoseOfItsOperators = noClasses()
            .should()
            .dependOnClassesThat(resideInAPackage("io.waybill.messages..")
                    .and(resideOutsideOfPackage("io.waybill.messages.operations..")));

    @ArchTest
    static final ArchRule holdsNoDomainWord = classes()
            .should()
            .haveNameNotMatching(".*(?<![A-Za-z])(Order|Stock|Payment|Product|Customer|Checkout|Invoice)(?![a-z]).*");

    @ArchTest
    static final ArchRule hasNoCycles =
            slices().matching("io.waybill.chassis.(*)..").should().beFreeOfCycles();
}
