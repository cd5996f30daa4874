package io.waybill.orderview.audit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.google.protobuf.ByteString;
import com.mongodb.client.MongoDatabase;
import io.axoniq.axonserver.grpc.MetaDataValue;
import io.axoniq.axonserver.grpc.SerializedObject;
import io.axoniq.axonserver.grpc.event.Event;
import io.waybill.chassis.mongo.Databases;
import io.waybill.orderview.audit.Verdict.Finding;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class ExportTest {

    /** One full chunk and the beginning of a second: lines 1 + 500 + 1 + 120 + 1. */
    private static final int EVENTS = 620;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private static Path folder;

    @SuppressWarnings("NullAway.Init")
    private static Databases databases;

    @SuppressWarnings("NullAway.Init")
    private static Export export;

    @SuppressWarnings("NullAway.Init")
    private static AuditKey key;

    @BeforeAll
    static void recordAll() {
        databases = new Databases("", folder);
        MongoDatabase database = databases.open("order_query");
        key = AuditKey.in(folder.resolve("audit-ed25519.key"));
        var store = new ChainStore(database);
        FakeEvents events = FakeEvents.of(EVENTS);
        events.stored.set(3, oddEvent());
        var keeper = new ChainKeeper(events, store, key, Duration.ofMillis(10), Clock.systemUTC());
        keeper.start();
        await().untilAsserted(() -> assertThat(keeper.state().head())
                .extracting(ChainHead::position)
                .isEqualTo(EVENTS - 1L));
        keeper.stop();
        export = new Export(events, store, key.open(), new JsonMapper());
    }

    @AfterAll
    static void close() {
        databases.close();
    }

    /** One with all that an event can have. */
    private static Event oddEvent() {
        return FakeEvents.event(3).toBuilder()
                .setPayload(SerializedObject.newBuilder()
                        .setType("byte[]")
                        .setData(ByteString.copyFrom(new byte[] {(byte) 0xc3, 0x28, 0})))
                .putMetaData("text", FakeEvents.text("line\n\u2028 \"ä\""))
                .putMetaData(
                        "number",
                        MetaDataValue.newBuilder()
                                .setNumberValue(Long.MIN_VALUE)
                                .build())
                .putMetaData(
                        "truth",
                        MetaDataValue.newBuilder().setBooleanValue(false).build())
                .putMetaData(
                        "double", MetaDataValue.newBuilder().setDoubleValue(0.1).build())
                .putMetaData(
                        "bytes",
                        MetaDataValue.newBuilder()
                                .setBytesValue(SerializedObject.newBuilder()
                                        .setType("T")
                                        .setData(ByteString.copyFrom(new byte[] {-1})))
                                .build())
                .putMetaData("none", MetaDataValue.getDefaultInstance())
                .build();
    }

    private static List<String> lines(long after) throws Exception {
        var out = new ByteArrayOutputStream();
        export.write(export.beginning(after).orElseThrow(), out);
        return new ArrayList<>(out.toString(UTF_8).lines().toList());
    }

    private static Verdict check(List<String> lines, @Nullable PublicAuditKey publicKey) throws IOException {
        return new ExportCheck(publicKey).check(new BufferedReader(new StringReader(String.join("\n", lines))));
    }

    @Test
    void anEventComesBackAsItWas() {
        assertThat(EventLine.read(EventLine.write(oddEvent()))).isEqualTo(oddEvent());
    }

    @Test
    void isValidAsItIsWritten() throws Exception {
        List<String> lines = lines(-1);

        assertThat(lines).hasSize(1 + 500 + 1 + 120 + 1);
        assertThat(check(lines, key.open()))
                .isEqualTo(Verdict.valid("The events from 0 to 619 are as they were signed, at 2 heads."));
    }

    @Test
    void canBeginAnywhere() throws Exception {
        assertThat(check(lines(99), key.open()))
                .isEqualTo(Verdict.valid("The events from 100 to 619 are as they were signed, at 2 heads."));
        assertThat(check(lines(619), key.open()).finding()).isEqualTo(Finding.VALID);
        assertThat(export.beginning(620)).isEmpty();
    }

    @Test
    void goesOnWhereItBrokeOff() throws Exception {
        List<String> broken = lines(-1).subList(0, 1 + 321);
        Verdict verdict = check(broken, key.open());
        assertThat(verdict.finding()).isEqualTo(Finding.CUT);
        assertThat(verdict.detail()).contains("?after=320");

        List<String> whole = new ArrayList<>(broken);
        whole.addAll(lines(320));

        assertThat(check(whole, key.open()).finding()).isEqualTo(Finding.VALID);
    }

    @Test
    void doesNotGoOnWithWhatIsFurtherOn() throws Exception {
        List<String> holed = new ArrayList<>(lines(-1).subList(0, 1 + 321));
        holed.addAll(lines(321));

        Verdict verdict = check(holed, key.open());

        assertThat(verdict.finding()).isEqualTo(Finding.MISSING);
        assertThat(verdict.position()).isEqualTo(321);
    }

    static Stream<Arguments> tamperings() {
        return Stream.of(
                tampering("edit an event", Finding.DAMAGED, 7, all -> replace(all, 8, "\"ada\"", "\"eve\"")),
                tampering(
                        "break a line",
                        Finding.DAMAGED,
                        7,
                        all -> all.set(8, all.get(8).substring(20))),
                tampering("edit a hash", Finding.DAMAGED, 7, all -> replace(all, 8, "\"hash\":\"", "\"hash\":\"00")),
                tampering("delete a line", Finding.MISSING, 7, all -> all.remove(8)),
                tampering("insert a line", Finding.INSERTED, 8, all -> all.add(9, all.get(8))),
                tampering("swap two lines", Finding.MISSING, 7, all -> Collections.swap(all, 8, 9)),
                tampering(
                        "cut the tail off",
                        Finding.CUT,
                        600,
                        all -> all.subList(602, all.size()).clear()),
                tampering(
                        "take a head out and its chunk's end",
                        Finding.MISSING,
                        480,
                        all -> all.subList(481, 502).clear()),
                tampering(
                        "edit a head",
                        Finding.HEAD_FORGED,
                        499,
                        all -> replace(all, 501, "\"signedAt\":\"2", "\"signedAt\":\"3")),
                tampering("no beginning", Finding.DAMAGED, 0, all -> all.remove(0)),
                tampering("nothing", Finding.CUT, 0, List::clear));
    }

    private static Arguments tampering(String name, Finding finding, long position, Consumer<List<String>> how) {
        return arguments(name, finding, position, how);
    }

    private static void replace(List<String> all, int line, String before, String after) {
        String changed = all.get(line).replace(before, after);
        assertThat(changed).isNotEqualTo(all.get(line));
        all.set(line, changed);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("tamperings")
    void namesTheFirstLineThatIsNotAsItWas(
            String name, Finding finding, long position, Consumer<List<String>> tampering) throws Exception {
        List<String> lines = lines(-1);
        tampering.accept(lines);

        Verdict verdict = check(lines, key.open());

        assertThat(verdict.finding()).isEqualTo(finding);
        assertThat(verdict.position()).isEqualTo(position);
    }

    @Test
    void whoeverChangesTheHashesTooIsFoundByTheSignature() throws Exception {
        List<String> lines = lines(-1);
        JsonMapper json = new JsonMapper();
        var line = (ObjectNode) json.readTree(lines.get(8));
        line.put("messageId", "another");
        line.put("hash", HexFormat.of().formatHex(new EventHash().of(EventLine.read(line))));
        lines.set(8, json.writeValueAsString(line));

        assertThat(check(lines, key.open()).finding()).isEqualTo(Finding.RECORD_CHANGED);
    }

    @Test
    void isNotValidByAnotherKey() throws Exception {
        AuditKey other = AuditKey.in(folder.resolve("other.key"));

        assertThat(check(lines(-1), other.open()).finding()).isEqualTo(Finding.HEAD_FORGED);
        assertThat(check(lines(-1), null).finding()).isEqualTo(Finding.VALID);
    }

    @Test
    void aFileIsCheckedFromTheCommandLine() throws Exception {
        Path file = Files.write(folder.resolve("export.jsonl"), lines(-1));
        Path publicKey = folder.resolve("audit-ed25519.pub");
        List<String> cut = lines(-1).subList(0, 10);
        Path damaged = Files.write(folder.resolve("cut.jsonl"), cut);
        var out = new ByteArrayOutputStream();

        assertThat(run(out, file.toString(), "--key", publicKey.toString())).isZero();
        assertThat(run(out, file.toString())).isZero();
        assertThat(run(out, damaged.toString())).isEqualTo(1);
        assertThat(run(out)).isEqualTo(2);
        assertThat(run(out, file + ".none")).isEqualTo(2);
        assertThat(run(out, file.toString(), "--key", file.toString())).isEqualTo(2);
        assertThat(out.toString(UTF_8))
                .contains(
                        "VALID: The events from 0 to 619",
                        "Checked with key " + key.open().id() + ".",
                        "which the export itself names",
                        "CUT at position 9");
    }

    private static int run(ByteArrayOutputStream out, String... arguments) {
        var stream = new PrintStream(out, true, UTF_8);
        return VerifyExport.run(arguments, stream, stream);
    }
}
