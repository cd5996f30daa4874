package io.waybill.axonserver;

import static io.waybill.axonserver.conformance.Clients.await;
import static io.waybill.axonserver.conformance.Messages.event;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.axoniq.axonserver.connector.AxonServerConnection;
import io.waybill.axonserver.conformance.Clients;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backup, restore and verification as an operator runs them. */
class StoreCommandsTest {

    @TempDir
    private Path temporary;

    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private Path data;
    private Path backup;
    private AxonServerOptions options;

    @BeforeEach
    void name() {
        data = temporary.resolve("data");
        backup = temporary.resolve("backup");
        options = AxonServerOptions.embedded().withContexts("other");
    }

    @Test
    void backupOfARunningNodeIsRestoredIntoAnotherOne() throws Exception {
        Path restored = temporary.resolve("restored");
        try (AxonServerNode node = AxonServerNode.start(options.withDataDirectory(data));
                Clients clients = new Clients()) {
            AxonServerConnection application = clients.connect(node, "writer");
            append(application, "order", 3);
            append(clients.connect(node, "writer", "other"), "order", 1);
            run("backup", "--data=" + data, "--to=" + backup);
            append(application, "later", 1);
            run("verify", "--data=" + data);
        }
        run("restore", "--from=" + backup, "--data=" + restored);

        assertThat(output.toString(UTF_8)).contains("3 entries", "4 entries", "intact");
        try (AxonServerNode node = AxonServerNode.start(options.withDataDirectory(restored));
                Clients clients = new Clients()) {
            AxonServerConnection application = clients.connect(node, "reader");
            assertThat(highest(application, "order")).isEqualTo(2);
            assertThat(highest(application, "later")).isEqualTo(-1);
            assertThat(highest(clients.connect(node, "reader", "other"), "order"))
                    .isZero();
        }
    }

    @Test
    void restoreDoesNotTouchAStoreThatIsThereOrInUse() throws Exception {
        try (AxonServerNode node = AxonServerNode.start(options.withDataDirectory(data))) {
            run("backup", "--data=" + data, "--to=" + backup);

            assertThat(node.port()).isPositive();
            assertThatThrownBy(() -> run("restore", "--from=" + backup, "--data=" + data))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("in use by process");
        }
        assertThatThrownBy(() -> run("restore", "--from=" + backup, "--data=" + data))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("holds events already");
    }

    @Test
    void verificationNamesWhatIsDamagedAndFails() throws Exception {
        try (AxonServerNode node = AxonServerNode.start(options.withDataDirectory(data));
                Clients clients = new Clients()) {
            append(clients.connect(node, "writer"), "order", 3);
        }
        Path segment;
        try (Stream<Path> files = Files.list(data.resolve("events"))) {
            segment = files.filter(file -> file.toString().endsWith(".log"))
                    .findAny()
                    .orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(segment);
        bytes[bytes.length / 2] ^= 1;
        Files.write(segment, bytes);

        assertThatThrownBy(() -> run("verify", "--data=" + data))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("faults");
        assertThat(output.toString(UTF_8)).contains(segment + " is damaged at byte");
    }

    @Test
    void whatCannotWorkIsRefusedWithTheRemedy() throws Exception {
        assertThatThrownBy(() -> run("backup", "--data=" + data, "--to=" + backup))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("holds no data of a node");
        assertThatThrownBy(() -> run("backup", "--data=" + data, "--to=" + data.resolve("backup")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("Choose a directory outside");
        assertThatThrownBy(() -> run("backup", "--data=" + data))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--to=DIRECTORY is missing");
    }

    private void run(String... arguments) throws IOException {
        PrintStream words = new PrintStream(output, true, UTF_8);
        AxonServerMain.run(List.of(arguments), Map.of(), new Command.Output(words, words));
    }

    private static void append(AxonServerConnection application, String aggregate, int count) {
        for (int i = 0; i < count; i++) {
            await(application.eventChannel().appendEvents(event(aggregate, i)));
        }
    }

    private static long highest(AxonServerConnection application, String aggregate) {
        return await(application.eventChannel().findHighestSequence(aggregate));
    }
}
