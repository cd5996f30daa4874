package io.waybill.chassis.web;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.NoArgGenerator;
import io.waybill.chassis.messaging.RequestContext;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;
import org.springframework.web.filter.OncePerRequestFilter;

/** Gives each request the name by which it is followed through all services, in messages and in logs. */
final class CorrelationFilter extends OncePerRequestFilter {

    static final String CORRELATION_HEADER = "Waybill-Correlation-Id";

    /** Until callers prove who they are, no claim of theirs is taken. */
    private static final String UNKNOWN_ACTOR = "anonymous";
    /** Short and plain, so that it can neither fill the store nor forge a log line. */
    private static final Pattern CORRELATION_ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    /** W3C Trace Context, version 00. */
    private static final Pattern TRACEPARENT =
            Pattern.compile("00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}");

    private final NoArgGenerator timeOrderedIds = Generators.timeBasedEpochGenerator();

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        var context = new RequestContext(
                headerOr(request, CORRELATION_HEADER, CORRELATION_ID, timeOrderedIds.generate()::toString),
                UNKNOWN_ACTOR,
                headerOr(request, "traceparent", TRACEPARENT, CorrelationFilter::newTrace));
        response.setHeader(CORRELATION_HEADER, context.correlationId());
        context.enter();
        MDC.put("correlationId", context.correlationId());
        try {
            chain.doFilter(request, response);
        } finally {
            MDC.remove("correlationId");
            RequestContext.leave();
        }
    }

    private static String headerOr(
            HttpServletRequest request, String name, Pattern accepted, Supplier<String> otherwise) {
        @Nullable String value = request.getHeader(name);
        return value != null && accepted.matcher(value).matches() ? value : otherwise.get();
    }

    private static String newTrace() {
        byte[] ids = new byte[24];
        ThreadLocalRandom.current().nextBytes(ids);
        String hex = HexFormat.of().formatHex(ids);
        return "00-" + hex.substring(0, 32) + "-" + hex.substring(32) + "-01";
    }
}
