package io.waybill.inventory.stock;

import io.waybill.chassis.messaging.SagaCommands;
import io.waybill.messages.inventory.ProductEvent.ProductChanged;
import io.waybill.messages.inventory.ProductEvent.ProductListed;
import io.waybill.messages.inventory.StockCommand.SetStockPolicy;
import org.axonframework.config.ProcessingGroup;
import org.axonframework.eventhandling.EventHandler;
import org.axonframework.eventhandling.SequenceNumber;
import org.springframework.stereotype.Component;

/**
 * Tells the stock of a product how it is sold. The event says it all, so there is nothing to remember; its number says
 * to the stock which of two is the newer, because one may overtake the other.
 */
@Component
@ProcessingGroup("stock-policy")
class StockPolicySync {

    @EventHandler
    void on(ProductListed listed, @SequenceNumber long version, SagaCommands commands) {
        commands.send(new SetStockPolicy(listed.sku(), listed.backorderable(), listed.lowStockThreshold(), version));
    }

    @EventHandler
    void on(ProductChanged changed, @SequenceNumber long version, SagaCommands commands) {
        commands.send(new SetStockPolicy(changed.sku(), changed.backorderable(), changed.lowStockThreshold(), version));
    }
}
