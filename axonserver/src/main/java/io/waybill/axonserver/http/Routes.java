package io.waybill.axonserver.http;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Which page answers which path. A part of a path in braces stands for any text. */
final class Routes {

    private final List<Route> routes = new ArrayList<>();

    /** Answers a request; may take its time, as long as it blocks nobody meanwhile. */
    interface Page {
        CompletableFuture<Answer> open(Request request) throws IOException;
    }

    /** Answers a request at once. */
    interface PlainPage {
        Answer open(Request request) throws IOException;
    }

    /**
     * A request that was understood and the page for it.
     *
     * @param forEveryone whether the page is shown to callers without a token too
     */
    record Match(String path, boolean forEveryone, Page page, Request request) {}

    /** A page for administrators. */
    void get(String path, PlainPage page) {
        add("GET", path, false, request -> CompletableFuture.completedFuture(page.open(request)));
    }

    /** A page that tells nothing a stranger must not know: probes of health have no token. */
    void getForEveryone(String path, PlainPage page) {
        add("GET", path, true, request -> CompletableFuture.completedFuture(page.open(request)));
    }

    /** An action of administrators. */
    void patch(String path, Page page) {
        add("PATCH", path, false, page);
    }

    private void add(String method, String path, boolean forEveryone, Page page) {
        routes.add(new Route(method, path, Request.parts(path), forEveryone, page));
    }

    Match find(String method, String rawPath, @Nullable String rawQuery) {
        List<String> parts = Request.parts(rawPath);
        SortedSet<String> allowed = new TreeSet<>();
        for (Route route : routes) {
            Map<String, String> variables = route.match(parts);
            if (variables != null && route.method.equals(method)) {
                return new Match(
                        route.path,
                        route.forEveryone,
                        route.page,
                        new Request(variables, Request.parameters(rawQuery)));
            }
            if (variables != null) {
                allowed.add(route.method);
            }
        }
        if (allowed.isEmpty()) {
            throw new HttpFault(HttpFault.NOT_FOUND, "There is nothing at this path");
        }
        throw HttpFault.wrongMethod(String.join(", ", allowed));
    }

    private record Route(String method, String path, List<String> pattern, boolean forEveryone, Page page) {

        @Nullable
        Map<String, String> match(List<String> parts) {
            if (parts.size() != pattern.size()) {
                return null;
            }
            Map<String, String> variables = new HashMap<>();
            for (int i = 0; i < parts.size(); i++) {
                String expected = pattern.get(i);
                if (expected.startsWith("{")) {
                    variables.put(expected.substring(1, expected.length() - 1), parts.get(i));
                } else if (!expected.equals(parts.get(i))) {
                    return null;
                }
            }
            return variables;
        }
    }
}
