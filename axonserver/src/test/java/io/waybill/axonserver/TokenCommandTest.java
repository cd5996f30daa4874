package io.waybill.axonserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenCommandTest {

    @TempDir
    private Path directory;

    private final ByteArrayOutputStream result = new ByteArrayOutputStream();
    private final ByteArrayOutputStream remarks = new ByteArrayOutputStream();

    @Test
    void printsTheTokenAndTheLineForTheFile() throws Exception {
        run("token", "--name=order-command", "--rights=write");

        assertThat(printed()).hasSize(2);
        assertThat(printed().getFirst()).matches("[A-Za-z0-9_-]{43}");
        assertThat(printed().getLast())
                .matches("order-command write default sha256:[A-Za-z0-9_-]{22}:[A-Za-z0-9_-]{43}");
    }

    @Test
    void printsOnlyTheTokenWhenTheLineGoesIntoTheFile() throws Exception {
        Path tokens = directory.resolve("tokens");
        run("token", "--name=console", "--rights=read,admin", "--contexts=*", "--tokens=" + tokens);

        assertThat(printed()).singleElement().asString().matches("[A-Za-z0-9_-]{43}");
        assertThat(tokens).content().startsWith("console read,admin * sha256:");
        assertThat(remarks.toString(StandardCharsets.UTF_8))
                .contains(tokens.toString())
                .doesNotContain(printed().getFirst());
    }

    @Test
    void everyTokenIsAnotherOne() throws Exception {
        run("token", "--name=a", "--rights=read");
        run("token", "--name=a", "--rights=read");

        assertThat(printed()).hasSize(4).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @CsvSource({
        "token --rights=read, --name",
        "token --name=a, --rights",
        "token --name=a --rights=all, 'read, write or admin'",
        "token --name=a:b --rights=read, a name",
        "'token --name=a --rights=read --contexts=a,,b', contexts",
        "token --name=a --rights=read --port=1, --port",
        "token --name, --name=APPLICATION",
        "tokens, There is no command tokens"
    })
    void wrongArgumentsAreNamed(String line, String message) {
        assertThatThrownBy(() -> run(line.split(" ", -1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void fileThatCannotBeWrittenIsNamed() {
        Path tokens = directory.resolve("missing/tokens");

        assertThatThrownBy(() -> run("token", "--name=a", "--rights=read", "--tokens=" + tokens))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("--tokens " + tokens);
        assertThat(printed()).isEmpty();
    }

    private void run(String... arguments) throws IOException {
        AxonServerMain.run(
                List.of(arguments),
                Map.of(),
                new Command.Output(new PrintStream(result, true), new PrintStream(remarks, true)));
    }

    private List<String> printed() {
        return result.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
