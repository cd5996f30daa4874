package io.waybill.chassis.web;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.lang.reflect.Parameter;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SequencedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.springframework.http.HttpMethod;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;

/**
 * Refuses query parameters that nothing reads, as whoever misspells a filter would take everything for what was asked. A
 * position may be presented everywhere: what no read model answers is never behind one.
 */
final class StrictParameters implements HandlerInterceptor {

    /**
     * Says so if this goes ahead.
     *
     * @throws InvalidRequest if there are parameters that the handler does not have
     */
    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        if (handler instanceof HandlerMethod method
                && request.getDispatcherType() == DispatcherType.REQUEST
                && isRead(request.getMethod())
                && request.getParameterNames().hasMoreElements()) {
            requireKnown(Collections.list(request.getParameterNames()), known(method));
        }
        return true;
    }

    private static boolean isRead(String method) {
        return method.equals(HttpMethod.GET.name()) || method.equals(HttpMethod.HEAD.name());
    }

    private static SequencedSet<String> known(HandlerMethod handler) {
        SequencedSet<String> known = Arrays.stream(handler.getMethod().getParameters())
                .filter(parameter -> parameter.isAnnotationPresent(RequestParam.class))
                .map(Parameter::getName)
                .collect(Collectors.toCollection(TreeSet::new));
        known.add(WantedPosition.PARAMETER);
        return known;
    }

    private static void requireKnown(List<String> given, SequencedSet<String> known) {
        List<InvalidRequest.Fault> faults = given.stream()
                .filter(name -> !known.contains(name))
                .map(name -> new InvalidRequest.Fault(
                        name, "UNKNOWN_PARAMETER", "There are " + String.join(", ", known) + "."))
                .toList();
        if (!faults.isEmpty()) {
            throw new InvalidRequest(faults);
        }
    }
}
