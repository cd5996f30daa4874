package io.waybill.chassis.web;

import io.waybill.chassis.messaging.ReadPositions;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.HandlerMapping;

/**
 * Lets clients read what they wrote. A request that presents the position of a command's answer waits until the read model
 * that answers it has passed the position, or is told why it has not.
 */
final class PositionInterceptor implements HandlerInterceptor {

    private final ReadPositions positions;
    private final Semaphore places;

    /** @param places for requests that wait, each of which takes one of those for reads */
    PositionInterceptor(ReadPositions positions, int places) {
        this.positions = positions;
        this.places = new Semaphore(places);
    }

    /**
     * Says so if this goes ahead, with the position that the answer is not behind.
     *
     * @throws InvalidRequest if the position can be none
     * @throws RequestRefused 503 if the read model has not passed it in time
     */
    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        @Nullable
        ReadsFrom source = handler instanceof HandlerMethod method ? method.getMethodAnnotation(ReadsFrom.class) : null;
        Optional<WantedPosition> wanted = source == null ? Optional.empty() : WantedPosition.of(request);
        if (source == null || wanted.isEmpty()) {
            return true;
        }
        WantedPosition position = wanted.get();
        if (position.preferred()) {
            response.setHeader("Preference-Applied", "wait=" + position.atMost().toSeconds());
        }
        String model = source.value();
        if (positions.passed(model) < position.position()) {
            requireEvent(position);
            if (!isPassedInTime(model, position)) {
                throw late(positions.delay(model));
            }
        }
        if (!source.aggregate().isEmpty() && positions.isParked(model, aggregate(source, request))) {
            throw new RequestRefused(
                    HttpStatus.SERVICE_UNAVAILABLE,
                    "READ_MODEL_FAILED",
                    "An event of this waits for an operator, at /api/ops/dead-letters. Ask without a position for what "
                            + "was before it.");
        }
        response.setHeader(WantedPosition.HEADER, Long.toString(positions.passed(model)));
        return true;
    }

    private void requireEvent(WantedPosition wanted) {
        long last = positions.last();
        if (wanted.position() > last) {
            throw new InvalidRequest(List.of(new InvalidRequest.Fault(
                    WantedPosition.HEADER, "NO_SUCH_EVENT", "The last event there is has the position " + last + ".")));
        }
    }

    private boolean isPassedInTime(String model, WantedPosition wanted) {
        if (!places.tryAcquire()) {
            throw RequestRefused.overloaded("Too many wait for a position already. Ask again after Retry-After.");
        }
        try {
            return positions.await(model, wanted.position(), wanted.atMost()).get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("A wait only ends by time or progress", e);
        } finally {
            places.release();
        }
    }

    private static RequestRefused late(ReadPositions.Delay delay) {
        return switch (delay) {
            case BEHIND -> late("READ_MODEL_BEHIND", "What is asked for has not come to this position yet.");
            case REBUILDING ->
                late(
                        "READ_MODEL_REBUILDING",
                        "What is asked for is being made anew from all events, which takes a while.");
            case FAILED -> late("READ_MODEL_FAILED", "What is asked for does not get on, see /api/ops/processors.");
        };
    }

    private static RequestRefused late(String code, String detail) {
        return new RequestRefused(
                HttpStatus.SERVICE_UNAVAILABLE,
                code,
                detail + " Repeat the request after Retry-After, or without a position.");
    }

    private static String aggregate(ReadsFrom source, HttpServletRequest request) {
        String aggregate = source.aggregate();
        if (request.getAttribute(HandlerMapping.URI_TEMPLATE_VARIABLES_ATTRIBUTE) instanceof Map<?, ?> variables) {
            for (Map.Entry<?, ?> variable : variables.entrySet()) {
                aggregate = aggregate.replace("{" + variable.getKey() + "}", String.valueOf(variable.getValue()));
            }
        }
        return aggregate;
    }
}
