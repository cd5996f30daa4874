package io.waybill.messages;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import org.axonframework.modelling.command.TargetAggregateIdentifier;
import org.axonframework.serialization.Revision;
import org.junit.jupiter.api.Test;

/** Whoever reads a stored event must need nothing but the JDK; money is never a floating-point number. */
@AnalyzeClasses(packages = "io.waybill.messages", importOptions = DoNotIncludeTests.class)
class MessageRulesTest {

    @ArchTest
    static final ArchRule dependOnTheJdkAndAnnotationsOnly = classes()
            .that()
            .resideOutsideOfPackage("io.waybill.messages.revision..")
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage("io.waybill.messages..", "java..", "org.jspecify.annotations..")
                    .or(equivalentTo(TargetAggregateIdentifier.class))
                    .or(equivalentTo(Revision.class)));

    @ArchTest
    static final ArchRule returnNoFloatingPoint =
            methods().should().notHaveRawReturnType(double.class).andShould().notHaveRawReturnType(float.class);

    @Test
    void derivedIdsAreStableAndDistinct() {
        assertThat(DerivedId.derive("a", "bc")).isEqualTo(DerivedId.derive("a", "bc"));
        assertThat(DerivedId.derive("a", "bc")).isNotEqualTo(DerivedId.derive("ab", "c"));
    }
}
