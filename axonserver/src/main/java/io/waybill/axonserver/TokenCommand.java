package io.waybill.axonserver;

import io.waybill.axonserver.security.NewToken;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Makes an access token for an application. The token is made here rather than taken from an argument, where others
 * could read it, and printed once, because only its hash is kept.
 */
final class TokenCommand {

    private static final Option NAME = Option.ofCommand("--name", "APPLICATION", "whose token it is");
    private static final Option RIGHTS =
            Option.ofCommand("--rights", "RIGHT", "read, write (with read) or admin; read,admin for both");
    private static final Option FOR_CONTEXTS =
            Option.ofCommand("--contexts", "A,B", "contexts it may use, or * for all (default)");

    static final Command COMMAND = new Command(
            "token",
            "makes an access token, prints it, and adds its line to --tokens",
            List.of(NAME, RIGHTS, FOR_CONTEXTS, NodeOptions.TOKENS),
            (line, environment, output) -> run(line, output));

    private TokenCommand() {}

    private static void run(CommandLine line, Command.Output output) throws IOException {
        String contexts = line.text(FOR_CONTEXTS);
        NewToken made = NewToken.create(
                line.required(NAME),
                line.required(RIGHTS),
                contexts == null ? AxonServerOptions.DEFAULT_CONTEXT : contexts);
        Path tokens = line.path(NodeOptions.TOKENS);
        if (tokens != null) {
            append(made, tokens);
        }
        output.result().println(made.token());
        if (tokens == null) {
            output.result().println(made.line());
            output.remarks().println("The first line is the token, the second one belongs into the tokens file.");
        } else {
            output.remarks().println("Added to " + tokens + "; a node that runs with it knows the token in a second.");
        }
    }

    private static void append(NewToken made, Path tokens) throws IOException {
        try {
            made.appendTo(tokens);
        } catch (IOException e) {
            throw new IOException(
                    "%s %s cannot be written (%s); name a file in a directory that exists and is yours"
                            .formatted(NodeOptions.TOKENS.name(), tokens, e),
                    e);
        }
    }
}
