package io.waybill.inventory;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.ArchTests;
import io.waybill.chassis.ServiceRules;

@AnalyzeClasses(packages = "io.waybill.inventory", importOptions = DoNotIncludeTests.class)
class InventorySagaRulesTest {

    @ArchTest
    static final ArchTests keepsTheRulesOfAllServices = ArchTests.in(ServiceRules.class);
}
