package io.waybill.chassis.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.chassis.sample.SampleTest;
import java.util.List;
import java.util.Objects;
import org.axonframework.axonserver.connector.ErrorCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpHeaders;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Whoever gets no answer may ask again, and is told so. */
@SampleTest
class LostAnswerTest {

    @Autowired
    private MockMvcTester service;

    @RestController
    static class Losing {

        @GetMapping("/lost")
        void lose(@RequestParam String code) throws Exception {
            throw ErrorCode.getFromCode(code).convert(new IllegalStateException("it went wrong on the way"));
        }
    }

    /** Of commands, queries and events: nobody handles it, no time is left, the connection is gone, too much is asked. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "AXONIQ-2000",
                "AXONIQ-4000",
                "AXONIQ-4001",
                "AXONIQ-4003",
                "AXONIQ-4004",
                "AXONIQ-5000",
                "AXONIQ-5001",
                "AXONIQ-8000",
                "AXONIQ-8001",
                "AXONIQ-9000",
                "AXONIQ-0001"
            })
    void isToBeAskedForAgainWhateverTheCode(String code) {
        var losing = MockMvcTester.of(
                List.of(new Losing()),
                mvc -> mvc.setControllerAdvice(new ProblemAdvice()).build());

        mayBeRepeated(losing.get().uri("/lost?code=" + code).exchange());
    }

    @Test
    void aCommandThatNobodyHandlesIsToBeSentAgain() {
        mayBeRepeated(service.delete().uri("/tallies/any").exchange());
    }

    @Test
    void aQuestionThatNobodyAnswersIsToBeAskedAgain() {
        mayBeRepeated(service.get().uri("/forgotten/any").exchange());
    }

    private static void mayBeRepeated(MvcTestResult answer) {
        assertThat(answer).hasStatus(503).bodyJson().extractingPath("$.code").isEqualTo("SERVICE_UNAVAILABLE");
        assertThat(Integer.parseInt(Objects.requireNonNull(answer.getResponse().getHeader(HttpHeaders.RETRY_AFTER))))
                .isPositive();
    }
}
