package io.waybill.axonserver.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokensFileTest {

    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void nameFile() {
        file = directory.resolve("tokens");
    }

    @Test
    void whatIsAppendedIsReadBack() throws Exception {
        NewToken order = NewToken.create("order-command", "write", "default");
        NewToken console = NewToken.create("console", "read,admin", "*");
        order.appendTo(file);
        console.appendTo(file);

        Applications read = new Applications(applications());
        assertThat(read.size()).isEqualTo(2);
        assertThat(read.ofToken(order.token())).hasToString("order-command write default");
        assertThat(read.ofToken(console.token())).hasToString("console read,admin *");
        assertThat(read.ofToken("nobody's")).isNull();
    }

    @Test
    void newFileIsForItsOwnerOnly() throws Exception {
        NewToken.create("order-command", "write", "default").appendTo(file);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void lineIsAppendedAlsoWhereTheLastOneHasNoEnd() throws Exception {
        Files.writeString(
                file,
                "# written by hand\n\n"
                        + NewToken.create("a", "read", "default").line());
        NewToken.create("b", "read", "default").appendTo(file);

        assertThat(applications()).extracting(Application::name).containsExactly("a", "b");
    }

    @Test
    void tokenIsNotInTheFile() throws Exception {
        NewToken made = NewToken.create("order-command", "write", "default");
        made.appendTo(file);

        assertThat(made.token()).hasSize(43);
        assertThat(file).content().doesNotContain(made.token());
        assertThat(made.toString() + applications())
                .doesNotContain(made.token())
                .doesNotContain(hashIn(made.line()));
    }

    @Test
    void sameTokenHasAnotherHashInEveryLine() {
        assertThat(TokenHash.of("the same").text())
                .isNotEqualTo(TokenHash.of("the same").text());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "order-command write default",
                "order-command write default HASH more",
                "order-command everything default HASH",
                "order-command connect default HASH",
                "order-command write, default HASH",
                "order-command write one,,two HASH",
                "order-command write *,one HASH",
                "-order write default HASH",
                "order-command write default md5:AAAA:AAAA",
                "order-command write default sha256:AAAA:AAAA",
                "order-command write default s3cr3t-t0k3n-in-the-clear"
            })
    void wrongLineIsNamedButNotShown(String line) throws Exception {
        String good = NewToken.create("order-command", "write", "default").line();
        Files.writeString(file, good + "\n" + line.replace("HASH", hashIn(good)) + "\n");

        assertThatThrownBy(this::applications)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("--tokens " + file + " is wrong in line 2")
                .message()
                .doesNotContain("s3cr3t", "sha256:AAAA");
    }

    @Test
    void emptyFileIsRefused() throws Exception {
        Files.writeString(file, "# nobody yet\n");

        assertThatThrownBy(this::applications)
                .hasMessageContaining("--tokens " + file + " names no application")
                .hasMessageContaining("token --name=NAME");
    }

    @Test
    void fileOfAnotherKindIsNotReadWhole() throws Exception {
        Files.write(file, new byte[2 << 20]);

        assertThatThrownBy(this::applications).hasMessageContaining("--tokens " + file + " has more than");
    }

    private List<Application> applications() throws IOException {
        return TokensFile.read(new SettingFile("--tokens", file));
    }

    private static String hashIn(String line) {
        return line.substring(line.lastIndexOf(' ') + 1);
    }
}
