package io.waybill.inventory.stock;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.chassis.messaging.SagaCommands;
import io.waybill.messages.Money;
import io.waybill.messages.inventory.ProductEvent.ProductChanged;
import io.waybill.messages.inventory.ProductEvent.ProductListed;
import io.waybill.messages.inventory.StockCommand.SetStockPolicy;
import java.util.List;
import java.util.function.Consumer;
import org.axonframework.commandhandling.gateway.DefaultCommandGateway;
import org.axonframework.eventhandling.SimpleEventBus;
import org.axonframework.messaging.Message;
import org.axonframework.messaging.unitofwork.DefaultUnitOfWork;
import org.axonframework.test.utils.RecordingCommandBus;
import org.junit.jupiter.api.Test;

class StockPolicySyncTest {

    private final StockPolicySync sync = new StockPolicySync();

    @Test
    void stockHearsHowANewProductIsSold() {
        var listed = new ProductListed("TEA-500", "Tea, 500 g", new Money(1250, "EUR"), true, 10);

        assertThat(sentOn(commands -> sync.on(listed, 0, commands)))
                .containsExactly(new SetStockPolicy("TEA-500", true, 10, 0));
    }

    @Test
    void stockHearsHowAChangedProductIsSold() {
        var changed = new ProductChanged("TEA-500", "Green tea", false, 5);

        assertThat(sentOn(commands -> sync.on(changed, 3, commands)))
                .containsExactly(new SetStockPolicy("TEA-500", false, 5, 3));
    }

    private static List<Object> sentOn(Consumer<SagaCommands> event) {
        var bus = new RecordingCommandBus();
        var commands = new SagaCommands(
                DefaultCommandGateway.builder().commandBus(bus).build(),
                SimpleEventBus.builder().build());
        DefaultUnitOfWork.startAndGet(null).execute(() -> event.accept(commands));
        return bus.getDispatchedCommands().stream()
                .<Object>map(Message::getPayload)
                .toList();
    }
}
