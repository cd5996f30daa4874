package io.waybill.chassis.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.Semaphore;
import org.springframework.http.HttpStatus;
import org.springframework.web.filter.OncePerRequestFilter;
import tools.jackson.databind.json.JsonMapper;

/**
 * Refuses at once what would only queue. Reads and writes have a bulkhead each, so that slow lists leave orders alone.
 * What operators and probes ask is never refused: they are few, and asked most when everything else is.
 */
final class BulkheadFilter extends OncePerRequestFilter {

    private final Semaphore reads;
    private final Semaphore writes;
    private final JsonMapper json;

    /**
     * @param reads that are handled at the same time
     * @param writes that are handled at the same time
     */
    BulkheadFilter(int reads, int writes, JsonMapper json) {
        this.reads = new Semaphore(reads);
        this.writes = new Semaphore(writes);
        this.json = json;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        String path = request.getServletPath();
        return path.startsWith("/actuator/") || path.startsWith("/api/ops/");
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Semaphore bulkhead = isRead(request) ? reads : writes;
        if (!bulkhead.tryAcquire()) {
            overloaded().send(response, json);
            return;
        }
        try {
            chain.doFilter(request, response);
        } finally {
            bulkhead.release();
        }
    }

    private static boolean isRead(HttpServletRequest request) {
        return switch (request.getMethod()) {
            case "GET", "HEAD", "OPTIONS" -> true;
            default -> false;
        };
    }

    private static Problem overloaded() {
        return Problem.of(
                HttpStatus.SERVICE_UNAVAILABLE,
                "OVERLOADED",
                "More is asked than can be done now. Repeat the request unchanged after Retry-After.");
    }
}
