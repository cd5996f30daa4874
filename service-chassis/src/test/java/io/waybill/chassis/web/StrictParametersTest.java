package io.waybill.chassis.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.waybill.chassis.web.InvalidRequest.Fault;
import jakarta.servlet.DispatcherType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.method.HandlerMethod;

/** A search by the customer. */
class StrictParametersTest {

    private final StrictParameters interceptor = new StrictParameters();
    private final MockHttpServletRequest request = new MockHttpServletRequest("GET", "/things");
    private final HandlerMethod handler;

    StrictParametersTest() throws NoSuchMethodException {
        handler = new HandlerMethod(
                this, getClass().getDeclaredMethod("search", String.class, String.class, Integer.class));
    }

    void search(
            @PathVariable String shop,
            @RequestParam @Nullable String customerId,
            @RequestParam @Nullable Integer limit) {}

    @Test
    void letsThroughWhatIsReadAndAPosition() {
        request.setParameter("customerId", "c-1");
        request.setParameter("limit", "7");
        request.setParameter("position", "11");

        assertThat(goesAhead(handler)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD"})
    void namesEveryParameterThatNothingReadsAndThoseThatAreRead(String method) {
        request.setMethod(method);
        request.setParameter("customerId", "c-1");
        request.setParameter("customerid", "c-1");
        request.setParameter("shop", "s-1");

        assertThatExceptionOfType(InvalidRequest.class)
                .isThrownBy(() -> goesAhead(handler))
                .satisfies(invalid -> assertThat(invalid.faults())
                        .containsExactly(
                                new Fault("customerid", "UNKNOWN_PARAMETER", "There are customerId, limit, position."),
                                new Fault("shop", "UNKNOWN_PARAMETER", "There are customerId, limit, position.")));
    }

    @Test
    void caresOnlyForReadsThatAControllerAnswers() {
        request.setParameter("customerid", "c-1");
        assertThat(goesAhead(new Object())).isTrue();

        request.setDispatcherType(DispatcherType.ERROR);
        assertThat(goesAhead(handler)).isTrue();

        request.setDispatcherType(DispatcherType.REQUEST);
        request.setMethod("POST");
        assertThat(goesAhead(handler)).isTrue();
    }

    private boolean goesAhead(Object answerer) {
        return interceptor.preHandle(request, new MockHttpServletResponse(), answerer);
    }
}
