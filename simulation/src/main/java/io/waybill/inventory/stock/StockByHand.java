package io.waybill.inventory.stock;

import java.util.HashMap;
import java.util.Map;
import org.axonframework.commandhandling.CommandBus;
import org.axonframework.eventsourcing.AggregateSnapshotter;
import org.axonframework.eventsourcing.EventCountSnapshotTriggerDefinition;
import org.axonframework.eventsourcing.EventSourcedAggregate;
import org.axonframework.eventsourcing.EventSourcingRepository;
import org.axonframework.eventsourcing.GenericAggregateFactory;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.messaging.annotation.ParameterResolverFactory;
import org.axonframework.modelling.command.AggregateAnnotationCommandHandler;
import org.axonframework.modelling.command.inspection.AggregateModel;
import org.axonframework.modelling.command.inspection.AnnotatedAggregateMetaModelFactory;

/** Opens to the simulation how an instance keeps stock items: the latest in memory, all as snapshots. */
public final class StockByHand {

    /** The aggregate that is kept so. */
    public static final Class<?> TYPE = StockItem.class;

    /** Few, because histories are short. */
    private static final int EVENTS_PER_SNAPSHOT = 5;

    private final Map<String, EventSourcedAggregate<StockItem>> kept = new HashMap<>();

    /**
     * An instance that remembers nothing yet.
     *
     * @param instance is given the commands for stock
     */
    public StockByHand(EventStore eventStore, ParameterResolverFactory parameters, CommandBus instance) {
        AggregateModel<StockItem> model =
                AnnotatedAggregateMetaModelFactory.inspectAggregate(StockItem.class, parameters);
        var snapshotter = AggregateSnapshotter.builder()
                .eventStore(eventStore)
                .aggregateFactories(new GenericAggregateFactory<>(model))
                .parameterResolverFactory(parameters)
                .build();
        var items = new StockItems(
                EventSourcingRepository.builder(StockItem.class)
                        .eventStore(eventStore)
                        .parameterResolverFactory(parameters)
                        .snapshotTriggerDefinition(
                                new EventCountSnapshotTriggerDefinition(snapshotter, EVENTS_PER_SNAPSHOT)),
                eventStore,
                kept);
        var unused = AggregateAnnotationCommandHandler.<StockItem>builder()
                .aggregateType(StockItem.class)
                .repository(items)
                .parameterResolverFactory(parameters)
                .build()
                .subscribe(instance);
    }

    /** As if it had been started anew. */
    public void forget() {
        kept.clear();
    }
}
