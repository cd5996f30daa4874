package io.waybill.chassis.web;

import jakarta.validation.ConstraintViolation;
import jakarta.validation.Path;
import jakarta.validation.Validator;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpInputMessage;
import org.springframework.http.HttpStatus;
import org.springframework.http.converter.HttpMessageConverter;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.servlet.mvc.method.annotation.RequestBodyAdviceAdapter;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Finds every fault of a JSON body, of its shape and of its values, and answers all of them together. */
@ControllerAdvice
class StrictBodies extends RequestBodyAdviceAdapter {

    private final JsonMapper json;
    private final Validator validator;

    StrictBodies(JsonMapper json, Validator validator) {
        this.json = json;
        this.validator = validator;
    }

    @Override
    public boolean supports(
            MethodParameter parameter, Type targetType, Class<? extends HttpMessageConverter<?>> converterType) {
        return true;
    }

    @Override
    public HttpInputMessage beforeBodyRead(
            HttpInputMessage message,
            MethodParameter parameter,
            Type targetType,
            Class<? extends HttpMessageConverter<?>> converterType)
            throws IOException {
        JsonNode tree = parse(message.getBody().readAllBytes());
        List<InvalidRequest.Fault> misfits = Shape.takeMisfitsOutOf(tree, targetType);
        if (!tree.isObject()) {
            throw new InvalidRequest(misfits);
        }
        return new Fitted(message.getHeaders(), new ByteArrayInputStream(json.writeValueAsBytes(tree)), misfits);
    }

    @Override
    public Object afterBodyRead(
            Object body,
            HttpInputMessage message,
            MethodParameter parameter,
            Type targetType,
            Class<? extends HttpMessageConverter<?>> converterType) {
        List<InvalidRequest.Fault> faults = new ArrayList<>(((Fitted) message).misfits());
        List<String> misfits =
                faults.stream().map(InvalidRequest.Fault::pointer).toList();
        for (ConstraintViolation<Object> violation : validator.validate(body)) {
            String pointer = pointer(violation.getPropertyPath());
            // What did not fit was taken out; that it is missing now is no second fault.
            if (!misfits.contains(pointer)) {
                faults.add(new InvalidRequest.Fault(pointer, code(violation), violation.getMessage()));
            }
        }
        if (!faults.isEmpty()) {
            throw new InvalidRequest(faults);
        }
        return body;
    }

    /** The body as it is read on, without what did not fit. */
    private record Fitted(HttpHeaders getHeaders, InputStream getBody, List<InvalidRequest.Fault> misfits)
            implements HttpInputMessage {}

    private JsonNode parse(byte[] body) {
        try {
            return json.readTree(body);
        } catch (JacksonException e) {
            throw new RequestRefused(
                    HttpStatus.BAD_REQUEST,
                    "MALFORMED_JSON",
                    "The body is not well-formed JSON, or deeper or longer in one of its parts than any needs to be"
                            + place(e.getLocation()) + ".");
        }
    }

    private static String place(@Nullable TokenStreamLocation location) {
        return location == null
                ? ""
                : ": see line %d, column %d".formatted(location.getLineNr(), location.getColumnNr());
    }

    /** {@code lines[0].sku} as {@code /lines/0/sku}. */
    private static String pointer(Path path) {
        var pointer = new StringBuilder();
        for (Path.Node node : path) {
            if (node.getIndex() != null) {
                pointer.append('/').append(node.getIndex());
            }
            if (node.getName() != null && !node.getName().startsWith("<")) {
                pointer.append('/').append(node.getName());
            }
        }
        return pointer.toString();
    }

    /** {@code NotBlank} as {@code NOT_BLANK}. */
    private static String code(ConstraintViolation<?> violation) {
        String name = violation
                .getConstraintDescriptor()
                .getAnnotation()
                .annotationType()
                .getSimpleName();
        return name.replaceAll("(?<=[a-z])(?=[A-Z])", "_").toUpperCase(Locale.ROOT);
    }
}
