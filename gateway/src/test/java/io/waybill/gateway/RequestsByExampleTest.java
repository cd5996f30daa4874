package io.waybill.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.chassis.web.OpenApiRoutes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** {@code requests.http} is the whole API by example. */
class RequestsByExampleTest {

    private static final Pattern REQUEST = Pattern.compile("(?m)^(GET|PUT|POST|PATCH|DELETE) \\{\\{api}}([^?\\s]*)");

    @Test
    void hasEveryOperationOfTheApiAndNothingElse() throws IOException {
        List<Pattern> operations = OpenApiRoutes.operations().stream()
                .map(operation -> Pattern.compile(operation.replaceAll("\\{[^}]*}", "[^/]+")))
                .toList();
        List<String> requests = REQUEST.matcher(Files.readString(Path.of("../requests.http")))
                .results()
                .map(found -> found.group(1) + " /api" + found.group(2))
                .toList();

        assertThat(operations).allSatisfy(operation -> assertThat(requests).anyMatch(operation.asMatchPredicate()));
        assertThat(requests)
                .allSatisfy(request -> assertThat(operations)
                        .anyMatch(operation -> operation.matcher(request).matches()));
    }
}
