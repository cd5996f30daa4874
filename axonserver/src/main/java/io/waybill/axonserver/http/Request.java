package io.waybill.axonserver.http;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a caller asks for.
 *
 * @param path the variable parts of the path, by name
 * @param query the parameters
 */
record Request(Map<String, String> path, Map<String, String> query) {

    /** The parts of a path as they were sent, so that a slash within a part does not divide it. */
    static List<String> parts(String rawPath) {
        return Stream.of(rawPath.split("/", -1)).skip(1).toList();
    }

    static Map<String, String> parameters(@Nullable String rawQuery) {
        Map<String, String> found = new HashMap<>();
        if (rawQuery != null) {
            for (String parameter : rawQuery.split("&", -1)) {
                int equals = parameter.indexOf('=');
                if (equals > 0) {
                    found.put(decode(parameter.substring(0, equals)), decode(parameter.substring(equals + 1)));
                }
            }
        }
        return found;
    }

    /** Every escape is one: the server has refused an address with a wrong one before it comes here. */
    private static String decode(String encoded) {
        return URLDecoder.decode(encoded, StandardCharsets.UTF_8);
    }

    /** A variable part of the path. In a path a plus is a plus. */
    String part(String name) {
        return decode(path.getOrDefault(name, "").replace("+", "%2B"));
    }

    /** A parameter, {@code otherwise} when it is not given. */
    String parameter(String name, String otherwise) {
        return query.getOrDefault(name, otherwise);
    }

    /** A parameter that has to be there. */
    String required(String name) {
        String value = query.get(name);
        if (value == null) {
            throw new HttpFault(HttpFault.BAD_REQUEST, "Parameter %s is missing".formatted(name));
        }
        return value;
    }
}
