package io.waybill.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.http.server.PathContainer;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** {@code requests.http} is the whole API by example. */
class RequestsByExampleTest {

    private static final Pattern REQUEST = Pattern.compile("(?m)^(GET|PUT|POST|PATCH|DELETE) \\{\\{api}}([^?\\s]*)");
    private static final Set<String> METHODS = Set.of("get", "put", "post", "patch", "delete");

    private record Operation(String method, PathPattern path) implements Predicate<Request> {

        @Override
        public boolean test(Request request) {
            return method.equals(request.method()) && path.matches(PathContainer.parsePath(request.path()));
        }
    }

    private record Request(String method, String path) {}

    @Test
    void hasEveryOperationOfTheApiAndNothingElse() throws IOException {
        List<Operation> operations = operations();
        List<Request> requests = requests();

        assertThat(operations).allSatisfy(operation -> assertThat(requests).anyMatch(operation));
        assertThat(requests)
                .allSatisfy(request -> assertThat(operations).anyMatch(operation -> operation.test(request)));
    }

    private static List<Request> requests() throws IOException {
        return REQUEST.matcher(Files.readString(Path.of("../requests.http")))
                .results()
                .map(RequestsByExampleTest::request)
                .toList();
    }

    private static Request request(MatchResult found) {
        return new Request(found.group(1), found.group(2).replaceAll("[{}]", ""));
    }

    private static List<Operation> operations() throws IOException {
        try (var reader = Files.newBufferedReader(Path.of("src/main/resources/openapi.yaml"))) {
            Map<String, Map<String, Map<String, Object>>> description =
                    new Yaml(new SafeConstructor(new LoaderOptions())).load(reader);
            return description.getOrDefault("paths", Map.of()).entrySet().stream()
                    .flatMap(item -> item.getValue().keySet().stream()
                            .filter(METHODS::contains)
                            .map(method -> new Operation(
                                    method.toUpperCase(Locale.ROOT),
                                    PathPatternParser.defaultInstance.parse(item.getKey()))))
                    .toList();
        }
    }
}
