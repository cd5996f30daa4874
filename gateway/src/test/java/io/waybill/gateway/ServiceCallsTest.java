package io.waybill.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.springframework.cloud.gateway.server.mvc.common.MvcUtils;
import org.springframework.cloud.gateway.server.mvc.handler.ProxyExchange;
import org.springframework.cloud.gateway.server.mvc.handler.ProxyExchange.Request;
import org.springframework.http.MediaType;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;

class ServiceCallsTest {

    private static final ServerResponse ANSWER = ServerResponse.ok().build();
    private static final Request ORDER = request("http://orders:1/api/orders");
    private static final Request PAYMENT = request("http://payments:1/api/payments");
    private static final Request OPERATOR = request("http://orders:1/api/ops/sagas");
    private static final Request OPERATOR_ELSEWHERE = request("http://payments:1/api/ops/payments");

    private Supplier<ServerResponse> service = () -> ANSWER;
    private final ProxyExchange calls = new ServiceCalls((ProxyExchange) request -> service.get());

    @Test
    void refusesWhenAServiceHasAllItsPlacesTakenButNotWhatAnotherOrAnOperatorIsAsked() {
        whileUnderWay(48, ORDER, () -> {
            assertThatThrownBy(() -> calls.exchange(ORDER)).isInstanceOf(ServiceCalls.Overloaded.class);
            assertThat(calls.exchange(PAYMENT)).isSameAs(ANSWER);
            assertThat(calls.exchange(OPERATOR)).isSameAs(ANSWER);
        });

        assertThat(calls.exchange(ORDER)).isSameAs(ANSWER);
    }

    @Test
    void refusesAnOperatorWhenOperatorsHaveAllTheirPlacesTakenButNoCustomer() {
        whileUnderWay(12, OPERATOR, () -> {
            assertThatThrownBy(() -> calls.exchange(OPERATOR)).isInstanceOf(ServiceCalls.Overloaded.class);
            assertThat(calls.exchange(OPERATOR_ELSEWHERE)).isSameAs(ANSWER);
            assertThat(calls.exchange(ORDER)).isSameAs(ANSWER);
        });

        assertThat(calls.exchange(OPERATOR)).isSameAs(ANSWER);
    }

    @Test
    void asksAServiceNothingForAWhileThatIsAwayAndOthersAsEver() {
        service = () -> {
            throw new ResourceAccessException("Connection refused");
        };
        for (int i = 0; i < 20; i++) {
            assertThatThrownBy(() -> calls.exchange(ORDER)).isInstanceOf(ResourceAccessException.class);
        }
        service = () -> ANSWER;

        assertThatThrownBy(() -> calls.exchange(ORDER)).isInstanceOf(CallNotPermittedException.class);
        assertThat(calls.exchange(PAYMENT)).isSameAs(ANSWER);
    }

    @Test
    void takesThePageOfTheServerBelowAServiceForNoAnswerOfTheService() {
        ClientHttpResponse page = mock();
        ServerRequest asked = mock();
        when(asked.attributes()).thenReturn(new HashMap<>(Map.of(MvcUtils.CLIENT_RESPONSE_ATTR, page)));
        when(ORDER.getServerRequest()).thenReturn(asked);
        service = () ->
                ServerResponse.badRequest().contentType(MediaType.TEXT_HTML).build();

        assertThatThrownBy(() -> calls.exchange(ORDER)).isInstanceOf(ServiceCalls.BrokeOff.class);

        verify(page).close();
    }

    private void whileUnderWay(int number, Request request, Runnable other) {
        int[] under = {0};
        service = () -> {
            if (++under[0] < number) {
                return calls.exchange(request);
            }
            service = () -> ANSWER;
            other.run();
            return ANSWER;
        };
        assertThat(calls.exchange(request)).isSameAs(ANSWER);
    }

    private static Request request(String uri) {
        Request request = mock();
        when(request.getUri()).thenReturn(URI.create(uri));
        return request;
    }
}
