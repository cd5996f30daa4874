package io.waybill.payment;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.ArchTests;
import io.waybill.chassis.ServiceRules;

@AnalyzeClasses(packages = "io.waybill.payment", importOptions = DoNotIncludeTests.class)
class PaymentServiceRulesTest {

    @ArchTest
    static final ArchTests keepsTheRulesOfAllServices = ArchTests.in(ServiceRules.class);
}
