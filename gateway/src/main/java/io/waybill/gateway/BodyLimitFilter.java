package io.waybill.gateway;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.stereotype.Component;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerExceptionResolver;

/**
 * Refuses a body that announces more than the services take. One that announces no length is refused by the service,
 * which counts; but a service that refuses while megabytes are still coming looks from here as if it had broken off.
 */
@Component
class BodyLimitFilter extends OncePerRequestFilter {

    /** What the services take. */
    private static final long MAX_BODY_BYTES = 1 << 20;

    private final HandlerExceptionResolver problems;

    BodyLimitFilter(@Qualifier("handlerExceptionResolver") HandlerExceptionResolver problems) {
        this.problems = problems;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (request.getContentLengthLong() <= MAX_BODY_BYTES) {
            chain.doFilter(request, response);
        } else {
            var problem = ProblemDetail.forStatusAndDetail(
                    HttpStatus.CONTENT_TOO_LARGE, "A body has at most " + MAX_BODY_BYTES + " bytes.");
            problems.resolveException(
                    request, response, null, new ErrorResponseException(HttpStatus.CONTENT_TOO_LARGE, problem, null));
        }
    }
}
