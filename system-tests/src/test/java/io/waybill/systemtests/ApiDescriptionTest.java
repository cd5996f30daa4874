package io.waybill.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.systemtests.ApiDescription.Operation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

class ApiDescriptionTest {

    private static final ApiDescription API = ApiDescription.read(Path.of(".."));
    private static final String PRODUCT = """
            {"sku": "MUG", "name": "Enamel mug", "unitPrice": {"minor": 1490, "currency": "EUR"},
             "backorderable": false, "lowStockThreshold": 0}""";
    private static final String PROBLEM = """
            {"title": "Not Found", "status": 404, "code": "PRODUCT_NOT_FOUND", "detail": "There is no product MUG."}""";

    // What it lets pass.

    @Test
    void letsAnAnswerPassThatIsAsDescribed() {
        assertThatCode(() -> API.check("GET", "/products/MUG", answer(200, PRODUCT)))
                .doesNotThrowAnyException();
    }

    @Test
    void letsAProblemPassThatIsDescribedOrIsLikeAnyOther() {
        assertThatCode(() -> API.check("GET", "/products/MUG", problem(404, PROBLEM)))
                .doesNotThrowAnyException();
        assertThatCode(() -> API.check("GET", "/products/MUG", problem(503, PROBLEM)))
                .doesNotThrowAnyException();
    }

    @Test
    void letsAProblemPassWhereThereIsNothing() {
        assertThatCode(() -> API.check("GET", "/nothing/here", problem(404, PROBLEM)))
                .doesNotThrowAnyException();
        assertThatCode(() -> API.check("DELETE", "/products/MUG", problem(405, PROBLEM)))
                .doesNotThrowAnyException();
    }

    @Test
    void letsNothingPassWhereNothingIsDescribed() {
        assertThatCode(() -> API.check("POST", "/payments/webhooks/sandbox", answer(200, "")))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> API.check("POST", "/payments/webhooks/sandbox", answer(200, "{}")))
                .hasMessageContaining("No body is described");
    }

    // What it does not.

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"minor\": 1490            | \"minor\": 14.9",
                "\"minor\": 1490            | \"minor\": \"1490\"",
                "\"currency\": \"EUR\"      | \"currency\": \"COIN\"",
                "\"backorderable\": false,  | ''",
                "\"backorderable\": false   | \"backorderable\": null",
                "\"name\"                   | \"colour\": \"red\", \"name\"",
                "\"minor\"                  | \"major\": 14, \"minor\""
            })
    void stopsAnAnswerWithAFieldThatIsNotAsDescribed(String good, String bad) {
        String spoilt = PRODUCT.replace(good, bad);

        assertThat(spoilt).isNotEqualTo(PRODUCT);
        assertThatThrownBy(() -> API.check("GET", "/products/MUG", answer(200, spoilt)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("Not as described");
    }

    @Test
    void stopsATimeThatIsNone() {
        String order = """
                {"orderId": "7", "customerId": "ada", "status": "PLACED", "total": {"minor": 1, "currency": "EUR"},
                 "placedAt": "2026-11-01T12:00:00.123Z", "updatedAt": "yesterday"}""";

        assertThatThrownBy(
                        () -> API.check("GET", "/orders", answer(200, "{\"items\": [" + order + "], \"next\": null}")))
                .hasMessageContaining("updatedAt")
                .hasMessageNotContaining("placedAt:");
    }

    @Test
    void stopsAStatusThatIsNotDescribed() {
        assertThatThrownBy(() -> API.check("GET", "/products/MUG", answer(202, PRODUCT)))
                .hasMessageContaining("getProduct answers nothing like");
    }

    @Test
    void stopsAnAnswerWhereThereIsNothing() {
        assertThatThrownBy(() -> API.check("GET", "/nothing/here", answer(200, "{}")))
                .hasMessageContaining("The API has no GET /nothing/here");
    }

    @Test
    void stopsAProblemThatIsNone() {
        assertThatThrownBy(() -> API.check("GET", "/products/MUG", answer(404, PROBLEM)))
                .hasMessageContaining("'application/json' is not described");
        assertThatThrownBy(() -> API.check("GET", "/nothing/here", problem(404, "{\"status\": 404}")))
                .hasMessageContaining("Not as described");
    }

    @Test
    void stopsAnAnswerWithoutTheHeaderThatItNeeds() {
        String placed = """
                {"orderId": "7", "status": "PLACED", "position": 42}""";

        assertThatThrownBy(() -> API.check("POST", "/orders", answer(202, placed)))
                .hasMessageContaining("Location");
    }

    // Whether the description agrees with itself.

    static List<Arguments> examples() {
        var examples = new ArrayList<Arguments>();
        collect("", API.document(), examples);
        return examples;
    }

    @ParameterizedTest
    @MethodSource("examples")
    void itsExamplesAreWhatItDescribes(String place, JsonNode schema, JsonNode example) {
        assertThat(API.faults(schema, example)).as(place).isEmpty();
    }

    @Test
    void everyOperationThatTakesABodyHasAnExampleOfIt() {
        assertThat(API.operations())
                .filteredOn(operation -> operation.description().has("requestBody"))
                .isNotEmpty()
                .allMatch(operation -> API.exampleOf(operation).isPresent());
    }

    @Test
    void noTwoOperationsHaveTheSameId() {
        assertThat(API.operations())
                .extracting(Operation::id)
                .doesNotHaveDuplicates()
                .doesNotContain("");
    }

    private static void collect(String place, JsonNode node, List<Arguments> examples) {
        if (node.has("example")) {
            examples.add(Arguments.of(place, node.path("schema"), node.path("example")));
        }
        if (node.isObject()) {
            node.propertyStream().forEach(child -> collect(place + "/" + child.getKey(), child.getValue(), examples));
        }
    }

    private static Answer answer(int status, String body) {
        return new Answer(
                status, Optional.of("application/json"), Optional.empty(), Optional.empty(), Optional.empty(), body);
    }

    private static Answer problem(int status, String body) {
        return new Answer(
                status,
                Optional.of("application/problem+json"),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                body);
    }
}
