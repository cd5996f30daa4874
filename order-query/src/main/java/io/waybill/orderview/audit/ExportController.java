package io.waybill.orderview.audit;

import io.waybill.chassis.messaging.RequestEvents;
import io.waybill.chassis.web.InvalidRequest;
import io.waybill.chassis.web.RequestRefused;
import io.waybill.messages.operations.AuditEvent.AuditDataRead;
import io.waybill.orderview.audit.EventSource.EventsUnreadable;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Gives the event store away, to be checked elsewhere. */
@RestController
class ExportController {

    private static final Logger LOG = LoggerFactory.getLogger(ExportController.class);
    private static final int BUFFER_BYTES = 1 << 16;
    /** Each has a thread for as long as its client wants, and reads as fast as it can. */
    private static final int CONCURRENT_EXPORTS = 4;

    private final Export export;
    private final RequestEvents events;
    private final Semaphore places = new Semaphore(CONCURRENT_EXPORTS);

    ExportController(Export export, RequestEvents events) {
        this.export = export;
        this.events = events;
    }

    /**
     * Written by the thread of the request. When it breaks off the client goes on after the last line it has; without a
     * head behind them, nobody takes the lines for all there are.
     */
    @GetMapping("/api/audit/export")
    void export(@RequestParam(defaultValue = "-1") long after, HttpServletRequest request, HttpServletResponse response)
            throws InterruptedException {
        if (after < -1) {
            throw new InvalidRequest(List.of(new InvalidRequest.Fault(
                    "after", "OUT_OF_RANGE", "Give the position of the last event that you have, or nothing.")));
        }
        if (!places.tryAcquire()) {
            throw RequestRefused.overloaded(
                    "As many exports as may are under way. Ask again after Retry-After, or when one has ended.");
        }
        try {
            ExportLines.Beginning beginning = export.beginning(after)
                    .orElseThrow(() -> RequestRefused.notFound(
                            "NOT_RECORDED", "No event of position " + after + " is in the audit chain yet."));
            events.publish(new AuditDataRead(request.getRequestURI(), request.getQueryString()));
            write(beginning, response);
        } finally {
            places.release();
        }
    }

    private void write(ExportLines.Beginning beginning, HttpServletResponse response) throws InterruptedException {
        response.setContentType("application/x-ndjson");
        try (OutputStream out = new BufferedOutputStream(response.getOutputStream(), BUFFER_BYTES)) {
            export.write(beginning, out);
        } catch (EventsUnreadable e) {
            LOG.warn("An export after {} breaks off", beginning.after(), e);
        } catch (IOException e) {
            LOG.info("The client of an export after {} is gone: {}", beginning.after(), e.toString());
        }
    }
}
