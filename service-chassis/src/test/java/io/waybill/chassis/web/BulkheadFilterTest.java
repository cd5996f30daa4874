package io.waybill.chassis.web;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import tools.jackson.databind.json.JsonMapper;

class BulkheadFilterTest {

    private final BulkheadFilter filter = new BulkheadFilter(1, 1, 1, new JsonMapper());
    private final List<MockHttpServletResponse> meanwhile = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(strings = {"/api/orders", "/api/ops/sagas/7/retry"})
    void refusesAWriteWhileAsManyAsItTakesAreBeingHandled(String path) throws Exception {
        whileHandled("POST", path, () -> ask("POST", path));

        assertThat(meanwhile.getFirst().getStatus()).isEqualTo(503);
        assertThat(meanwhile.getFirst().getContentType()).isEqualTo("application/problem+json");
        assertThat(meanwhile.getFirst().getContentAsString()).contains("\"code\":\"OVERLOADED\"");
        assertThat(Integer.parseInt(String.valueOf(meanwhile.getFirst().getHeader("Retry-After"))))
                .isBetween(2, 6);
    }

    @Test
    void slowReadsDoNotHoldUpAWrite() throws Exception {
        whileHandled("GET", "/api/orders", () -> ask("POST", "/api/orders"));

        assertThat(meanwhile.getFirst().getStatus()).isEqualTo(200);
    }

    @Test
    void customersDoNotKeepOperatorsOutNorOperatorsCustomers() throws Exception {
        whileHandled("GET", "/api/orders", () -> ask("GET", "/api/ops/sagas"));
        whileHandled("GET", "/api/ops/sagas", () -> ask("GET", "/api/orders"));
        whileHandled("GET", "/api/ops/sagas", () -> ask("POST", "/api/orders"));

        assertThat(meanwhile).extracting(MockHttpServletResponse::getStatus).containsExactly(200, 200, 200);
    }

    @Test
    void operatorsHaveTheSamePlacesToReadAndToWrite() throws Exception {
        whileHandled("GET", "/api/ops/sagas", () -> ask("POST", "/api/ops/sagas/7/retry"));

        assertThat(meanwhile.getFirst().getStatus()).isEqualTo(503);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/orders", "/api/ops/sagas"})
    void neverRefusesProbes(String path) throws Exception {
        whileHandled("GET", path, () -> ask("GET", "/actuator/health/readiness"));

        assertThat(meanwhile.getFirst().getStatus()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/audit/replays/7/stream", "/api/ops/anything/stream"})
    void aStreamGivesItsPlaceBackWhenItHasBegun(String path) throws Exception {
        MockHttpServletRequest stream = request("GET", path);
        stream.setAsyncSupported(true);
        filter.doFilter(stream, new MockHttpServletResponse(), (request, response) -> request.startAsync());

        ask("GET", path);

        assertThat(stream.isAsyncStarted()).isTrue();
        assertThat(meanwhile.getFirst().getStatus()).isEqualTo(200);
    }

    @Test
    void takesTheNextOnceOneIsDoneHoweverItEnded() throws Exception {
        FilterChain failing = (request, response) -> {
            throw new ServletException("It failed.");
        };
        try {
            filter.doFilter(request("POST", "/api/orders"), new MockHttpServletResponse(), failing);
        } catch (ServletException expected) {
            assertThat(expected).hasMessage("It failed.");
        }

        ask("POST", "/api/orders");

        assertThat(meanwhile.getFirst().getStatus()).isEqualTo(200);
    }

    private interface Asking {
        void ask() throws ServletException, IOException;
    }

    private void whileHandled(String method, String path, Asking other) throws Exception {
        filter.doFilter(request(method, path), new MockHttpServletResponse(), (request, response) -> other.ask());
    }

    private void ask(String method, String path) throws ServletException, IOException {
        var response = new MockHttpServletResponse();
        filter.doFilter(request(method, path), response, (request, handled) -> {});
        meanwhile.add(response);
    }

    private static MockHttpServletRequest request(String method, String path) {
        var request = new MockHttpServletRequest(method, path);
        request.setServletPath(path);
        return request;
    }
}
