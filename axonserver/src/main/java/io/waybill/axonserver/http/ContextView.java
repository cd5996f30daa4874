package io.waybill.axonserver.http;

import io.waybill.axonserver.log.EventLog;
import io.waybill.axonserver.log.SnapshotLog;
import io.waybill.axonserver.routing.Applications;
import io.waybill.axonserver.routing.EventProcessors;
import java.nio.file.Path;
import java.util.SortedMap;

/**
 * What can be seen of one context.
 *
 * @param name the context's name
 * @param applications the applications that are connected
 * @param processors their event processors
 * @param events the events
 * @param snapshots the snapshots
 * @param directories where each store has its files, by the store's name
 */
public record ContextView(
        String name,
        Applications applications,
        EventProcessors processors,
        EventLog events,
        SnapshotLog snapshots,
        SortedMap<String, Path> directories) {}
