package io.waybill.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.util.UriUtils;

/**
 * Refuses a path that means something else once it is cleaned up, such as {@code /api/orders/../../actuator}: routes
 * match the path as it came and hand it on like that, while the service that gets it cleans it up first.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
class PlainPathFilter extends OncePerRequestFilter {

    private final HandlerExceptionResolver problems;

    PlainPathFilter(@Qualifier("handlerExceptionResolver") HandlerExceptionResolver problems) {
        this.problems = problems;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String asItCame = UriUtils.decode(request.getRequestURI(), UTF_8);
        // The container has decoded this one, and taken dot segments, empty segments and path parameters out of it.
        String cleanedUp = request.getServletPath();
        if (asItCame.equals(cleanedUp)) {
            chain.doFilter(request, response);
        } else {
            problems.resolveException(request, response, null, new ErrorResponseException(HttpStatus.BAD_REQUEST));
        }
    }
}
