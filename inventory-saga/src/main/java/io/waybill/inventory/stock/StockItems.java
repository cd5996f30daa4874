package io.waybill.inventory.stock;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.axonframework.config.Configuration;
import org.axonframework.eventsourcing.EventCountSnapshotTriggerDefinition;
import org.axonframework.eventsourcing.EventSourcedAggregate;
import org.axonframework.eventsourcing.EventSourcingRepository;
import org.axonframework.eventsourcing.eventstore.DomainEventStream;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.axonframework.modelling.command.RepositorySpanFactory;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the items that were asked for last in memory, so that only what has happened since is read. That is asked each
 * time: another instance may have been at it, and a refusal must not come from what was known before. Of two that still
 * race, the event store takes one, and the command of the other is tried again.
 *
 * <p>An item is taken out while a command changes it, and put back only when the change is stored. So whatever goes
 * wrong, no state is kept that is not the event store's. Commands for the same item exclude each other.
 */
final class StockItems extends EventSourcingRepository<StockItem> {

    /** An item of this many events is read in some 10 ms; a snapshot costs as much as some 100 events. */
    private static final int EVENTS_PER_SNAPSHOT = 500;
    /** More than are hot at a time; the busiest take 2 MB each. */
    private static final int KEPT = 100;

    private final EventStore eventStore;
    private final Map<String, EventSourcedAggregate<StockItem>> recent;

    /** @param recent those that are kept; nobody else puts any in */
    StockItems(
            Builder<StockItem> builder, EventStore eventStore, Map<String, EventSourcedAggregate<StockItem>> recent) {
        super(builder);
        this.eventStore = eventStore;
        this.recent = recent;
    }

    static StockItems create(Configuration axon) {
        return new StockItems(
                EventSourcingRepository.builder(StockItem.class)
                        .parameterResolverFactory(axon.parameterResolverFactory())
                        .handlerDefinition(axon.handlerDefinition(StockItem.class))
                        .eventStore(axon.eventStore())
                        .repositoryProvider(axon::repository)
                        .spanFactory(axon.getComponent(RepositorySpanFactory.class))
                        .snapshotTriggerDefinition(
                                new EventCountSnapshotTriggerDefinition(axon.snapshotter(), EVENTS_PER_SNAPSHOT)),
                axon.eventStore(),
                Collections.synchronizedMap(new Recent()));
    }

    @Override
    protected EventSourcedAggregate<StockItem> doLoadWithLock(String stockId, @Nullable Long expectedVersion) {
        @Nullable EventSourcedAggregate<StockItem> item = recent.remove(stockId);
        if (item == null) {
            return super.doLoadWithLock(stockId, expectedVersion);
        }
        DomainEventStream since = eventStore.readEvents(stockId, item.version() + 1);
        if (since.hasNext()) {
            item.initializeState(since);
        }
        return item;
    }

    @Override
    protected void doSaveWithLock(EventSourcedAggregate<StockItem> item) {
        CurrentUnitOfWork.get().afterCommit(stored -> recent.put(item.identifierAsString(), item));
    }

    private static final class Recent extends LinkedHashMap<String, EventSourcedAggregate<StockItem>> {

        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, EventSourcedAggregate<StockItem>> eldest) {
            return size() > KEPT;
        }
    }
}
