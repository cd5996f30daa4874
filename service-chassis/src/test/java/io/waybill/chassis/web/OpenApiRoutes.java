package io.waybill.chassis.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.PathContainer;
import org.springframework.util.ClassUtils;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.annotation.ValueConstants;
import org.springframework.web.util.pattern.PathPatternParser;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * Holds the description of the API against the controllers of a service: what is described and routed to the service is
 * served by it, what it serves under {@code /api} is described, and both with the same parameters and fields.
 */
public final class OpenApiRoutes {

    private static final Path GATEWAY = Path.of("../gateway/src/main/resources");
    private static final String BASE = "/api";
    /** In paths that lead to a service by its name; the ID of a rebuild begins with it. */
    private static final List<String> EVERY_SERVICE = List.of("{service}", "/replays/{id}");

    private static final Set<String> METHODS = Set.of("get", "put", "post", "patch", "delete");

    private final Map<?, ?> description = yaml("openapi.yaml");
    private final List<?> routes =
            list(at(yaml("application.yml"), "spring", "cloud", "gateway", "server", "webmvc", "routes"));

    private OpenApiRoutes() {}

    /**
     * Fails if the description and the controllers differ.
     *
     * @param service as the gateway's routes name it; {@code gateway} for what the gateway answers itself, and
     *     {@code service-chassis} for what every service answers
     * @param applications in whose packages the controllers are, or below
     */
    public static void areServedBy(String service, Class<?>... applications) {
        assertThat(served(applications))
                .as("what %s serves, and what of the description is routed to it", service)
                .containsExactlyInAnyOrderElementsOf(new OpenApiRoutes().described(service));
    }

    /** All that is described, each as {@code POST /api/orders/{orderId}/cancel}. */
    public static Set<String> operations() {
        Set<String> operations = new TreeSet<>();
        map(yaml("openapi.yaml").get("paths"))
                .forEach((path, item) -> map(item).keySet().stream()
                        .filter(METHODS::contains)
                        .forEach(method -> operations.add(operation(method, path))));
        return operations;
    }

    private static String operation(Object method, Object path) {
        return method.toString().toUpperCase(Locale.ROOT) + " " + BASE + path;
    }

    /** {@code POST /api/orders/{orderId}/cancel}, and the same once more with each of its inputs behind it. */
    private static Stream<String> lines(String operation, Set<String> inputs) {
        return Stream.concat(Stream.of(operation), inputs.stream().map(input -> operation + " " + input));
    }

    // What is described.

    private Set<String> described(String service) {
        Set<String> lines = new TreeSet<>();
        map(description.get("paths"))
                .forEach((path, item) -> map(item).forEach((method, operation) -> {
                    if (METHODS.contains(method)
                            && owner(method.toString(), BASE + path).equals(service)) {
                        lines(operation(method, path), inputs(map(item), map(operation)))
                                .forEach(lines::add);
                    }
                }));
        return lines;
    }

    private Set<String> inputs(Map<?, ?> item, Map<?, ?> operation) {
        Set<String> inputs = new TreeSet<>();
        Stream.of(item, operation)
                .flatMap(level -> list(level.get("parameters")).stream())
                .map(this::resolved)
                .forEach(parameter -> inputs.add(input(
                        String.valueOf(parameter.get("in")),
                        String.valueOf(parameter.get("name")),
                        Boolean.TRUE.equals(parameter.get("required")))));
        Map<?, ?> body = map(operation.get("requestBody"));
        if (at(body, "content", "application/json", "schema") instanceof Map<?, ?> schema) {
            inputs.add(input("body", "", Boolean.TRUE.equals(body.get("required"))));
            describedFields(resolved(schema), "", inputs);
        }
        return inputs;
    }

    private void describedFields(Map<?, ?> schema, String prefix, Set<String> inputs) {
        List<?> required = list(schema.get("required"));
        map(schema.get("properties")).forEach((name, property) -> {
            inputs.add(input("body", prefix + name, required.contains(name)));
            describedFields(object(map(property)), prefix + name + ".", inputs);
        });
    }

    /** The object that a property is, or is a list of, or may be instead of null. */
    private Map<?, ?> object(Map<?, ?> property) {
        Map<?, ?> schema = resolved(property);
        if (schema.get("anyOf") instanceof List<?> alternatives) {
            return object(map(alternatives.getFirst()));
        }
        return schema.get("items") instanceof Map<?, ?> items ? object(items) : schema;
    }

    private Map<?, ?> resolved(Object node) {
        Map<?, ?> value = map(node);
        if (value.get("$ref") instanceof String reference) {
            return resolved(
                    map(at(description, reference.substring("#/".length()).split("/"))));
        }
        return value;
    }

    /** The service that the first matching route names, or that of all services if the path itself names one. */
    private String owner(String method, String path) {
        return EVERY_SERVICE.stream().anyMatch(path::contains) ? "service-chassis" : routed(method, path);
    }

    private String routed(String method, String path) {
        return routes.stream()
                .map(OpenApiRoutes::map)
                .filter(route -> list(route.get("predicates")).stream()
                        .allMatch(predicate -> isMet(predicate.toString(), method, path)))
                .map(route -> String.valueOf(route.get("uri")).replaceAll(".*\\.(.*)}", "$1"))
                .findFirst()
                .orElse("gateway");
    }

    private static boolean isMet(String predicate, String method, String path) {
        List<String> values =
                List.of(predicate.substring(predicate.indexOf('=') + 1).split(","));
        return switch (predicate.substring(0, predicate.indexOf('='))) {
            case "Method" -> values.contains(method.toUpperCase(Locale.ROOT));
            case "Path" ->
                values.stream()
                        .anyMatch(pattern -> PathPatternParser.defaultInstance
                                .parse(pattern)
                                .matches(PathContainer.parsePath(path.replaceAll("[{}]", ""))));
            default -> throw new IllegalArgumentException("What does the predicate " + predicate + " mean?");
        };
    }

    // What is served.

    private static Set<String> served(Class<?>... applications) {
        var scanner = new ClassPathScanningCandidateComponentProvider(false);
        scanner.addIncludeFilter(new AnnotationTypeFilter(RestController.class));
        return Arrays.stream(applications)
                .flatMap(application -> scanner.findCandidateComponents(application.getPackageName()).stream())
                .map(bean -> ClassUtils.resolveClassName(String.valueOf(bean.getBeanClassName()), null))
                .flatMap(controller -> Arrays.stream(controller.getDeclaredMethods()))
                .flatMap(method -> names(method).stream().flatMap(name -> lines(name, inputs(method))))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<String> names(Method method) {
        @Nullable RequestMapping own = AnnotatedElementUtils.findMergedAnnotation(method, RequestMapping.class);
        if (own == null) {
            return List.of();
        }
        @Nullable
        RequestMapping shared =
                AnnotatedElementUtils.findMergedAnnotation(method.getDeclaringClass(), RequestMapping.class);
        String[] prefixes = shared == null || shared.path().length == 0 ? new String[] {""} : shared.path();
        String[] paths = own.path().length == 0 ? new String[] {""} : own.path();
        return Arrays.stream(prefixes)
                .flatMap(prefix -> Arrays.stream(paths).map(prefix::concat))
                .filter(path -> path.startsWith(BASE))
                .flatMap(path -> Arrays.stream(own.method()).map(verb -> verb + " " + path))
                .toList();
    }

    private static Set<String> inputs(Method method) {
        Set<String> inputs = new TreeSet<>();
        // By name, because the gateway has these tests and not the chassis.
        if (Arrays.stream(method.getAnnotations())
                .anyMatch(note -> note.annotationType().getSimpleName().equals("ReadsFrom"))) {
            inputs.add(input("header", "Waybill-Position", false));
            inputs.add(input("header", "Prefer", false));
            inputs.add(input("query", "position", false));
        }
        for (Parameter parameter : method.getParameters()) {
            boolean required = !parameter.getAnnotatedType().isAnnotationPresent(Nullable.class);
            annotation(parameter, PathVariable.class)
                    .ifPresent(path -> inputs.add(input("path", named(path.name(), parameter), true)));
            annotation(parameter, RequestHeader.class)
                    .filter(header -> !HttpHeaders.class.equals(parameter.getType()))
                    .ifPresent(header -> inputs.add(input("header", named(header.name(), parameter), required)));
            annotation(parameter, RequestParam.class).ifPresent(query -> {
                boolean hasDefault = !query.defaultValue().equals(ValueConstants.DEFAULT_NONE);
                inputs.add(input("query", named(query.name(), parameter), required && !hasDefault));
            });
            annotation(parameter, RequestBody.class)
                    .filter(body -> parameter.getType().isRecord())
                    .ifPresent(body -> {
                        inputs.add(input("body", "", required));
                        servedFields(parameter.getType(), "", inputs);
                    });
        }
        return inputs;
    }

    private static <A extends Annotation> Optional<A> annotation(Parameter parameter, Class<A> type) {
        return Optional.ofNullable(AnnotatedElementUtils.findMergedAnnotation(parameter, type));
    }

    private static void servedFields(Class<?> body, String prefix, Set<String> inputs) {
        for (RecordComponent field : body.getRecordComponents()) {
            boolean optional = field.getAnnotatedType().isAnnotationPresent(Nullable.class);
            inputs.add(input("body", prefix + field.getName(), !optional));
            Class<?> type = List.class.isAssignableFrom(field.getType())
                    ? ResolvableType.forType(field.getGenericType())
                            .getGeneric(0)
                            .toClass()
                    : field.getType();
            if (type.isRecord()) {
                servedFields(type, prefix + field.getName() + ".", inputs);
            }
        }
    }

    private static String named(String name, Parameter parameter) {
        return name.isEmpty() ? parameter.getName() : name;
    }

    private static String input(String place, String name, boolean required) {
        return (place + " " + name).strip() + (required ? "" : "?");
    }

    // YAML.

    private static Map<?, ?> yaml(String file) {
        try (var reader = Files.newBufferedReader(GATEWAY.resolve(file))) {
            return map(new Yaml(new SafeConstructor(new LoaderOptions())).load(reader));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static @Nullable Object at(Map<?, ?> from, String... path) {
        @Nullable Object node = from;
        for (String name : path) {
            node = map(node).get(name);
        }
        return node;
    }

    private static Map<?, ?> map(@Nullable Object node) {
        return node instanceof Map<?, ?> map ? map : Map.of();
    }

    private static List<?> list(@Nullable Object node) {
        return node instanceof List<?> list ? list : List.of();
    }
}
