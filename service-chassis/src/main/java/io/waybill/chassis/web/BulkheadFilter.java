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
 * Refuses at once what would only queue. Reads and writes have a bulkhead each, so that slow lists leave orders alone, and
 * operators have theirs: customers do not keep them out, nor they customers. Probes are never refused: they are few, and
 * asked most when everything else is.
 */
final class BulkheadFilter extends OncePerRequestFilter {

    private final Semaphore reads;
    private final Semaphore writes;
    private final Semaphore operators;
    private final JsonMapper json;

    /**
     * @param reads that are handled at the same time
     * @param writes that are handled at the same time
     * @param operators how many requests of operators, reads or writes, are handled at the same time
     */
    BulkheadFilter(int reads, int writes, int operators, JsonMapper json) {
        this.reads = new Semaphore(reads);
        this.writes = new Semaphore(writes);
        this.operators = new Semaphore(operators);
        this.json = json;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return request.getServletPath().startsWith("/actuator/");
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Semaphore bulkhead = bulkheadOf(request);
        if (!bulkhead.tryAcquire()) {
            overloaded().send(response, json);
            return;
        }
        try {
            chain.doFilter(request, response);
        } finally {
            // Also of a stream, which goes on by itself: it has a place among the streams.
            bulkhead.release();
        }
    }

    private Semaphore bulkheadOf(HttpServletRequest request) {
        if (request.getServletPath().startsWith("/api/ops/")) {
            return operators;
        }
        return isRead(request) ? reads : writes;
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
