package io.waybill.axonserver;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;

/**
 * Something else the jar does besides running the node: {@code java -jar axonserver.jar NAME [options]}.
 *
 * @param summary what it does, for the help
 * @param options what can be set for it
 */
record Command(String name, String summary, List<Option> options, Action action) {

    /** Where a command's words go: what was asked for, and remarks on it. */
    record Output(PrintStream result, PrintStream remarks) {}

    /** Does the work. */
    interface Action {

        /**
         * Does it.
         *
         * @throws IllegalArgumentException if an option is missing or wrong; the help is shown
         * @throws IOException if it cannot be done; the message says why and what to do
         */
        void run(CommandLine line, Map<String, String> environment, Output output) throws IOException;
    }
}
