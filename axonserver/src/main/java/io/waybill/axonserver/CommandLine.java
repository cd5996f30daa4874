package io.waybill.axonserver;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was set on the command line, or else in the environment. All faults are {@link IllegalArgumentException}s whose
 * message names where the value came from.
 */
final class CommandLine {

    private final Map<Option, Setting> settings = new HashMap<>();

    /** Reads {@code arguments}, each of which has to be one of {@code known} with its value. */
    CommandLine(List<String> arguments, Map<String, String> environment, List<Option> known) {
        for (Option option : known) {
            String value = option.inEnvironment() ? environment.get(option.variable()) : null;
            // Compose files set what they have no value for to nothing.
            if (value != null && !value.isBlank()) {
                settings.put(option, new Setting(option.variable(), value.strip()));
            }
        }
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            String name = equals < 0 ? argument : argument.substring(0, equals);
            Option option = known.stream()
                    .filter(candidate -> candidate.name().equals(name))
                    .findAny()
                    .orElseThrow(() -> new IllegalArgumentException("There is no option " + name));
            if (equals < 0 || equals == argument.length() - 1) {
                throw new IllegalArgumentException("%s needs a value: %1$s=%s".formatted(name, option.value()));
            }
            settings.put(option, new Setting(name, argument.substring(equals + 1)));
        }
    }

    /** The value as it is, null when it is not set. */
    @Nullable
    String text(Option option) {
        Setting setting = settings.get(option);
        return setting == null ? null : setting.value;
    }

    /** The value of an option that has to be set. */
    String required(Option option) {
        String value = text(option);
        if (value == null) {
            throw new IllegalArgumentException("%s=%s is missing".formatted(option.name(), option.value()));
        }
        return value;
    }

    /** The value as a file or directory, null when it is not set. */
    @Nullable
    Path path(Option option) {
        String value = text(option);
        return value == null ? null : Path.of(value);
    }

    /** The value as a whole number. */
    int number(Option option, int otherwise) {
        Setting setting = settings.get(option);
        return setting == null ? otherwise : number(setting.source, setting.value);
    }

    /** {@code value} as a whole number; {@code source} is where it was set. */
    static int number(String source, String value) {
        try {
            return Integer.parseInt(value.strip());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("%s is %s, which is not a number".formatted(source, value), e);
        }
    }

    /** The values that are joined by commas, none when it is not set. */
    List<String> list(Option option) {
        String value = text(option);
        return value == null ? List.of() : List.of(value.split(",", -1));
    }

    private record Setting(String source, String value) {}
}
