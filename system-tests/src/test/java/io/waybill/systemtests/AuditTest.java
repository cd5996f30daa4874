package io.waybill.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.messages.operations.AuditEvent.AuditDataRead;
import io.waybill.messages.operations.AuditEvent.VerificationRequested;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What was stored can be searched, explained, proven and taken away; and that somebody did so is stored. */
@ExtendWith(WaybillExtension.class)
class AuditTest {

    private final WaybillSystem system;
    private final WaybillClient waybill;
    private final HttpClient http = HttpClient.newHttpClient();
    private final String tea = Names.sku("tea");

    AuditTest(WaybillSystem system, WaybillClient waybill) {
        this.system = system;
        this.waybill = waybill;
    }

    @Test
    void aRequestIsExplainedAcrossServices() {
        String orderId = confirmedOrder();
        JsonNode found = waybill.awaitJson(
                "/audit/events?type=OrderConfirmed&aggregate=" + orderId,
                "the confirmation in the audit",
                page -> page.path("items").size() == 1);
        String request = found.at("/items/0/correlationId").asString();

        JsonNode tree = waybill.awaitJson(
                "/audit/correlations/" + request,
                "the whole tree",
                answer -> answer.findValuesAsString("type").contains("OrderConfirmed"));

        assertThat(tree.path("complete").asBoolean()).isTrue();
        assertThat(tree.path("roots").findValuesAsString("service"))
                .contains("order-command", "inventory-saga", "payment-service");
        JsonNode placed = tree.at("/roots/0");
        assertThat(placed.at("/event/type").asString()).isEqualTo("OrderPlaced");
        assertThat(placed.path("effects").findValuesAsString("type"))
                .contains("StockReserved", "AuthorizationRequested", "OrderConfirmed");
        JsonNode stored = waybill.get(
                        "/audit/events/" + found.at("/items/0/position").asLong())
                .expect(200)
                .json();
        assertThat(stored.at("/payload/orderId").asString()).isEqualTo(orderId);
        assertThat(stored.at("/metaData/correlationId").asString()).isEqualTo(request);
    }

    @Test
    void aCursorIsGoodForItsSearchOnly() {
        confirmedOrder();
        JsonNode page = waybill.awaitJson(
                "/audit/events?service=order-command&limit=1",
                "a page that is not the last",
                answer -> answer.path("next").isString());
        String cursor = page.path("next").asString();

        JsonNode next = waybill.get("/audit/events?service=order-command&limit=1&cursor=" + cursor)
                .expect(200)
                .json();
        assertThat(next.at("/items/0/position").asLong())
                .isLessThan(page.at("/items/0/position").asLong());
        JsonNode refused = waybill.get("/audit/events?service=payment-service&limit=1&cursor=" + cursor)
                .expect(400)
                .json();
        assertThat(refused.at("/errors/0/code").asString()).isEqualTo("INVALID_CURSOR");
        waybill.get("/audit/events/123456789").expect(404);
        waybill.get("/audit/correlations/none").expect(404);
        waybill.get("/audit/verifications/none").expect(404);
        waybill.post("/audit/verifications", "{\"from\": -1}").expect(400);
    }

    @Test
    void whatIsStoredIsVerifiedHereAndElsewhere(@TempDir Path folder) throws Exception {
        String orderId = confirmedOrder();
        long confirmed = waybill.awaitTimeline(orderId, "OrderConfirmed")
                .path("entries")
                .findValues("position")
                .getLast()
                .asLong();
        waybill.awaitJson(
                "/audit/chain",
                "the order in the chain",
                chain -> chain.at("/head/position").asLong(-1) >= confirmed);

        JsonNode verification = verified();
        assertThat(verification.path("verdict").asString()).isEqualTo("VALID");
        assertThat(verification.path("events").asLong()).isGreaterThan(confirmed);

        Path export = Files.write(folder.resolve("audit.jsonl"), lines("/audit/export"));
        Path key = Files.write(folder.resolve("audit.pub"), lines("/audit/key"));
        assertThat(verifyExport(export, key)).isZero();
        List<String> changed = Files.readAllLines(export);
        assertThat(changed).hasSizeGreaterThan((int) confirmed);
        changed.replaceAll(line -> line.replace(orderId, "another"));
        assertThat(verifyExport(Files.write(folder.resolve("changed.jsonl"), changed), key))
                .isEqualTo(1);
        assertThat(lines("/audit/export?after=" + confirmed).get(1)).contains("\"position\":" + (confirmed + 1));
        assertThat(recorded())
                .contains(
                        "/api/audit/export", verification.path("verificationId").asString());
    }

    private String confirmedOrder() {
        waybill.offer(tea, "Tea, 500 g", 1_250, 10);
        String orderId = waybill.placeUntilAccepted(NewOrder.of("ada", "tok_ok", NewOrder.line(tea, 2)));
        waybill.awaitStatus(orderId, "CONFIRMED");
        return orderId;
    }

    private JsonNode verified() {
        String id = waybill.post("/audit/verifications", "{}")
                .expect(202)
                .json()
                .path("verificationId")
                .asString();
        return waybill.awaitJson(
                "/audit/verifications/" + id,
                "the end of the verification",
                run -> !Set.of("RUNNING").contains(run.path("state").asString()));
    }

    private List<String> lines(String path) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(system.url(Service.GATEWAY) + "/api" + path))
                .build();
        return http.send(request, BodyHandlers.ofLines()).body().toList();
    }

    private static int verifyExport(Path export, Path key) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        JarProcess.projectRoot()
                                .resolve("order-query/target/order-query.jar")
                                .toString(),
                        "io.waybill.orderview.audit.VerifyExport",
                        export.toString(),
                        "--key",
                        key.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        return process.waitFor();
    }

    /** What the event store has of who asked the audit for what. */
    private List<String> recorded() throws Exception {
        try (var log = new EventLog(
                system.axonServerAddress(), text -> text.contains("/api/audit/") || text.contains("verificationId"))) {
            return log.read().stream()
                    .map(EventLog.Entry::payload)
                    .flatMap(event -> switch (event) {
                        case AuditDataRead read -> Stream.of(read.path());
                        case VerificationRequested requested -> Stream.of(requested.verificationId());
                        default -> Stream.<String>empty();
                    })
                    .toList();
        }
    }
}
