package io.waybill.axonserver.http;

import java.util.Map;

/** Writes maps, lists, strings, numbers and booleans as JSON. */
final class Json {

    private static final int FIRST_PRINTABLE = 0x20;

    private final StringBuilder text = new StringBuilder();

    private Json() {}

    static String of(Object value) {
        Json json = new Json();
        json.write(value);
        return json.text.toString();
    }

    private void write(Object value) {
        switch (value) {
            case Map<?, ?> map -> writeMap(map);
            case Iterable<?> items -> writeList(items);
            case Number number -> text.append(number);
            case Boolean bool -> text.append(bool);
            default -> writeString(value.toString());
        }
    }

    private void writeMap(Map<?, ?> map) {
        text.append('{');
        String separator = "";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            text.append(separator);
            writeString(String.valueOf(entry.getKey()));
            text.append(':');
            write(entry.getValue());
            separator = ",";
        }
        text.append('}');
    }

    private void writeList(Iterable<?> items) {
        text.append('[');
        String separator = "";
        for (Object item : items) {
            text.append(separator);
            write(item);
            separator = ",";
        }
        text.append(']');
    }

    private void writeString(String value) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                default -> {
                    // A lone surrogate has no bytes in UTF-8, and some readers take these two for line ends.
                    if (c < FIRST_PRINTABLE || Character.isSurrogate(c) || c == '\u2028' || c == '\u2029') {
                        text.append("\\u%04x".formatted((int) c));
                    } else {
                        text.append(c);
                    }
                }
            }
        }
        text.append('"');
    }
}
