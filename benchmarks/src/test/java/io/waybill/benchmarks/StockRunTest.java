package io.waybill.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import io.waybill.axonserver.AxonServerNode;
import io.waybill.axonserver.AxonServerOptions;
import io.waybill.messages.inventory.StockEvent;
import io.waybill.messages.inventory.StockEvent.Allocation;
import io.waybill.messages.inventory.StockEvent.StockAdjusted;
import io.waybill.messages.inventory.StockEvent.StockReceived;
import io.waybill.messages.inventory.StockEvent.StockReservationRefused;
import io.waybill.messages.inventory.StockEvent.StockReserved;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StockRunTest {

    private static final StockEvent RECEIVED = new StockReceived("TEA", "receipt", 3, "main");

    @TempDir
    private Path directory;

    @Test
    void tableHasALineForOneSkuAndForManyWithTheirRatio() throws Exception {
        try (AxonServerNode node = AxonServerNode.start(AxonServerOptions.embedded());
                DiskYardstick disk = new DiskYardstick(directory)) {
            StockRun run = new StockRun(
                    new StockRun.Scale(1, 200, 20_000), line -> line.contains("10 events"), disk, node.address());

            String text = run.run().text();

            assertThat(text.lines().filter(line -> line.matches(".* +\\d+\\.\\d\\dx")))
                    .hasSize(2)
                    .anySatisfy(line -> assertThat(line).startsWith("1 SKU, 10 events "))
                    .anySatisfy(line -> assertThat(line).startsWith("100 SKUs, 10 events each "));
            assertThat(text).contains("fdatasync of 4 KiB");
        }
    }

    @Test
    void rightAnswersAreAccepted() {
        assertThatNoException()
                .isThrownBy(() -> StockCheck.check(
                        List.of(RECEIVED, reserved("a", 2), refused("b", 2, 1), reserved("c", 1)),
                        1,
                        Set.of("a", "b", "c")));
    }

    @Test
    void whatIsSoldTwiceFailsTheRun() {
        failed("Oversold", reserved("a", 2), reserved("b", 2));
    }

    @Test
    void wrongRefusalsFailTheRun() {
        failed("Refused though there was enough", reserved("a", 1), refused("b", 2, 2));
        failed("Refused by a wrong count", reserved("a", 2), refused("b", 2, 0));
    }

    @Test
    void answersThatAreMissingOrTooManyFailTheRun() {
        failed("have no event: b", reserved("a", 1));
        failed("A second or a foreign answer", reserved("a", 1), reserved("b", 1), reserved("b", 1));
        failed("A second or a foreign answer", reserved("a", 3), refused("b", 1, 0), refused("b", 1, 0));
        failed("A second or a foreign answer", reserved("c", 1));
    }

    @Test
    void eventsThatNobodyAskedForFailTheRun() {
        failed("Nobody asked for it", new StockAdjusted("TEA", "adjustment", 1, "found", "main"));
    }

    private static void failed(String why, StockEvent... answers) {
        List<StockEvent> events = new ArrayList<>(List.of(RECEIVED));
        events.addAll(List.of(answers));
        assertThatExceptionOfType(RunFailedException.class)
                .isThrownBy(() -> StockCheck.check(events, 1, Set.of("a", "b")))
                .withMessageContaining(why);
    }

    private static StockEvent reserved(String id, int quantity) {
        return new StockReserved("TEA", id, "order-" + id, quantity, List.of(new Allocation("main", quantity)), null);
    }

    private static StockEvent refused(String id, int quantity, int available) {
        return new StockReservationRefused("TEA", id, "order-" + id, quantity, available, "OUT_OF_STOCK");
    }
}
