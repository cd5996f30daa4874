package io.waybill.chassis.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.waybill.chassis.sample.SampleTest;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

@SampleTest
class WebTest {

    private static final AtomicInteger KEYS = new AtomicInteger();
    private static final String VALID = "{\"note\": \"n\", \"steps\": [{\"by\": 2}]}";

    @Autowired
    private MockMvcTester mvc;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"note": "n", "steps": [{"by": 2}], "x": 1}          | /x          | UNKNOWN_FIELD
            {"note": "n", "steps": [{"by": 2, "y": {"z": 1}}]}   | /steps/0/y  | UNKNOWN_FIELD
            {"note": "n", "steps": [{"by": "2"}]}                | /steps/0/by | WRONG_TYPE
            {"note": "n", "steps": [{"by": 2.5}]}                | /steps/0/by | WRONG_TYPE
            {"note": "n", "steps": [{"by": 99999999999}]}        | /steps/0/by | WRONG_TYPE
            {"note": "n", "steps": [{"by": null}]}               | /steps/0/by | NOT_NULL
            {"note": "n", "steps": [{"by": 0}]}                  | /steps/0/by | MIN
            {"note": "n", "steps": [{"by": 101}]}                | /steps/0/by | MAX
            {"note": "n", "steps": [{}]}                         | /steps/0/by | NOT_NULL
            {"note": "n", "steps": [null]}                       | /steps/0    | NOT_NULL
            {"note": "n", "steps": [7]}                          | /steps/0    | WRONG_TYPE
            {"note": "n", "steps": {}}                           | /steps      | WRONG_TYPE
            {"note": "n", "steps": []}                           | /steps      | NOT_EMPTY
            {"note": "n"}                                        | /steps      | NOT_EMPTY
            {"note": " ", "steps": [{"by": 2}]}                  | /note       | NOT_BLANK
            {"note": 5, "steps": [{"by": 2}]}                    | /note       | WRONG_TYPE
            {"note": "n", "steps": [{"by": 2}], "loud": "yes"}   | /loud       | WRONG_TYPE
            {"note": "n", "steps": [{"by": 2}], "a/b~c": 1}      | /a~1b~0c    | UNKNOWN_FIELD
            []                                                   | ''         | WRONG_TYPE
            null                                                 | ''         | WRONG_TYPE
            """)
    void namesTheFaultAndItsPlace(String body, String pointer, String code) {
        assertThat(count("faulty", body))
                .hasStatus(400)
                .hasContentType(MediaType.APPLICATION_PROBLEM_JSON)
                .bodyJson()
                .hasPathSatisfying("$.code", value -> value.assertThat().isEqualTo("INVALID_REQUEST"))
                .hasPathSatisfying(
                        "$.errors.length()", value -> value.assertThat().isEqualTo(1))
                .hasPathSatisfying(
                        "$.errors[0].pointer", value -> value.assertThat().isEqualTo(pointer))
                .hasPathSatisfying(
                        "$.errors[0].code", value -> value.assertThat().isEqualTo(code));
    }

    @Test
    void namesAllFaultsAtOnce() {
        assertThat(count("faulty", "{\"x\": 1, \"note\": \"\", \"steps\": [{\"by\": 0}, {\"by\": \"a\"}]}"))
                .hasStatus(400)
                .bodyJson()
                .extractingPath("$.errors[*].pointer")
                .asArray()
                .containsExactlyInAnyOrder("/x", "/note", "/steps/0/by", "/steps/1/by");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"note": "n", "steps": [{"by": 2}]
            {"note": "n", "note": "m", "steps": [{"by": 2}]}
            {"note": "n", "steps": [{"by": 2}]} trailing
            no json
            """)
    void refusesWhatIsNotWellFormed(String body) {
        assertThat(count("faulty", body))
                .hasStatus(400)
                .bodyJson()
                .extractingPath("$.code")
                .isEqualTo("MALFORMED_JSON");
    }

    @Test
    void refusesABodyThatIsTooLarge() {
        assertThat(count("large", "{\"note\": \"" + "n".repeat(1 << 20) + "\"}"))
                .hasStatus(413)
                .bodyJson()
                .extractingPath("$.code")
                .isEqualTo("BODY_TOO_LARGE");
    }

    @Test
    void tellsNothingOfTheInside() {
        assertThat(mvc.get().uri("/broken"))
                .hasStatus(500)
                .bodyText()
                .contains("INTERNAL_ERROR")
                .doesNotContain("secret", "Exception", "io.waybill");
    }

    @Test
    void answersAMisuseWithItsCode() {
        assertThat(count("refused", "{\"note\": \"n\", \"steps\": [{\"by\": 13}]}"))
                .hasStatus(409)
                .bodyJson()
                .extractingPath("$.code")
                .isEqualTo("UNLUCKY");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/asked | state | Send this query parameter.",
                "/asked?state=DEAD | state | Use one of NEW, RUNNABLE, BLOCKED, WAITING, TIMED_WAITING, TERMINATED.",
                "/asked?state=NEW&loud=very | loud | Use true or false.",
                "/asked?state=NEW&by=half | by | Use a whole number.",
                "/asked?state=NEW&from=yesterday | from | Use an instant such as 2026-11-01T12:00:00Z.",
                "/asked?state=NEW&day=2026-02-30 | day | Use a date such as 2026-11-01."
            })
    void saysWhatAQueryParameterTakes(String uri, String parameter, String detail) {
        assertThat(mvc.get().uri(uri)).hasStatus(400).bodyJson().isLenientlyEqualTo("""
                        {"errors": [{"pointer": "%s", "code": "UNUSABLE_VALUE", "detail": "%s"}]}
                        """.formatted(parameter, detail));
    }

    @Test
    void answersUnknownPathsMethodsAndTypesWithACode() {
        assertThat(mvc.get().uri("/nowhere")).hasStatus(404).bodyText().contains("\"code\":\"NOT_FOUND\"");
        assertThat(mvc.delete().uri("/broken")).hasStatus(405).bodyText().contains("METHOD_NOT_ALLOWED");
        assertThat(mvc.post()
                        .uri("/tallies/typed")
                        .header(Idempotency.HEADER, "k")
                        .contentType(MediaType.TEXT_PLAIN)
                        .content(VALID))
                .hasStatus(415)
                .bodyText()
                .contains("UNSUPPORTED_MEDIA_TYPE");
    }

    @Test
    void asksForTheIdempotencyKey() {
        assertThat(mvc.post()
                        .uri("/tallies/keyless")
                        .contentType(MediaType.APPLICATION_JSON)
                        .content(VALID))
                .hasStatus(400)
                .bodyText()
                .contains("IDEMPOTENCY_KEY_MISSING");
        assertThat(count("keyless", "k".repeat(256), VALID))
                .hasStatus(400)
                .bodyText()
                .contains("IDEMPOTENCY_KEY_INVALID");
    }

    @Test
    void answersARepeatedRequestWithTheFirstAnswerAndCountsOnce() throws Exception {
        MvcTestResult first = count("once", "same", VALID);
        MvcTestResult second = count("once", "same", VALID);

        assertThat(first).hasStatus(202);
        assertThat(second).hasStatus(202);
        assertThat(second.getResponse().getContentAsString())
                .isEqualTo(first.getResponse().getContentAsString());
        await().untilAsserted(() -> assertThat(mvc.get().uri("/tallies/once"))
                .bodyJson()
                .extractingPath("$.sum")
                .isEqualTo(2));
    }

    @Test
    void refusesAKeyThatCameWithAnotherBody() {
        assertThat(count("reused", "reused", VALID)).hasStatus(202);
        assertThat(count("reused", "reused", "{\"note\": \"other\", \"steps\": [{\"by\": 2}]}"))
                .hasStatus(422)
                .bodyText()
                .contains("IDEMPOTENCY_KEY_REUSED");
    }

    @Test
    void doesNotUseUpTheKeyOfARefusedRequest() {
        assertThat(count("mended", "mended", "{\"note\": \"n\", \"steps\": [{\"by\": 13}]}"))
                .hasStatus(409);
        assertThat(count("mended", "mended", VALID)).hasStatus(202);
    }

    @Test
    void takesACorrelationIdThatIsPlainAndMintsOneOtherwise() {
        assertThat(mvc.get().uri("/nowhere").header(CorrelationFilter.CORRELATION_HEADER, "mine-1"))
                .hasHeader(CorrelationFilter.CORRELATION_HEADER, "mine-1");
        assertThat(mvc.get().uri("/nowhere").header(CorrelationFilter.CORRELATION_HEADER, "forged\r\nline"))
                .headers()
                .hasHeaderSatisfying(
                        CorrelationFilter.CORRELATION_HEADER,
                        values -> assertThat(values).singleElement().asString().hasSize(36));
    }

    private MvcTestResult count(String tally, String body) {
        return count(tally, "key-" + KEYS.incrementAndGet(), body);
    }

    private MvcTestResult count(String tally, String key, String body) {
        return mvc.post()
                .uri("/tallies/" + tally)
                .header(Idempotency.HEADER, key)
                .contentType(MediaType.APPLICATION_JSON)
                .content(body)
                .exchange();
    }
}
