package io.waybill.axonserver;

import java.util.Locale;

/**
 * Something that can be set, declared once for the command line, the environment and the help.
 *
 * @param name as it is on the command line, such as {@code --http-port}
 * @param value what stands for the value in the help
 * @param help what it is, and the default in parentheses
 * @param inEnvironment whether it can be set there too; what belongs to a single command cannot
 */
record Option(String name, String value, String help, boolean inEnvironment) {

    private static final String ENVIRONMENT_PREFIX = "WAYBILL_AXONSERVER_";

    /** An option of the node, which can be set in the environment as well. */
    static Option ofNode(String name, String value, String help) {
        return new Option(name, value, help, true);
    }

    /** An option of one command. */
    static Option ofCommand(String name, String value, String help) {
        return new Option(name, value, help, false);
    }

    /** The variable that sets it where {@link #inEnvironment}: {@code WAYBILL_AXONSERVER_HTTP_PORT} for instance. */
    String variable() {
        return ENVIRONMENT_PREFIX + name.substring(2).toUpperCase(Locale.ROOT).replace('-', '_');
    }

    String usage() {
        return "  %-31s %s".formatted(name + "=" + value, help);
    }
}
