package io.waybill.chassis.instances;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.mongodb.client.MongoDatabase;
import io.axoniq.axonserver.connector.AxonServerConnection;
import io.waybill.axonserver.AxonServerNode;
import io.waybill.axonserver.AxonServerOptions;
import io.waybill.chassis.messaging.Positions;
import io.waybill.chassis.messaging.Projection;
import io.waybill.chassis.messaging.ReadPositions;
import io.waybill.chassis.messaging.ReadProgress;
import io.waybill.chassis.messaging.RequestCommands;
import io.waybill.chassis.messaging.SagaCommands;
import io.waybill.chassis.mongo.AnotherProcess;
import io.waybill.chassis.mongo.EmbeddedMongo;
import io.waybill.chassis.mongo.LiveSagas;
import io.waybill.chassis.mongo.ViewStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.axonframework.axonserver.connector.AxonServerConnectionManager;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.config.EventProcessingConfiguration;
import org.axonframework.config.ProcessingGroup;
import org.axonframework.eventhandling.EventHandler;
import org.axonframework.eventhandling.SequenceNumber;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.eventhandling.pooled.PooledStreamingEventProcessor;
import org.axonframework.eventhandling.tokenstore.TokenStore;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.modelling.command.AggregateCreationPolicy;
import org.axonframework.modelling.command.AggregateIdentifier;
import org.axonframework.modelling.command.AggregateLifecycle;
import org.axonframework.modelling.command.CreationPolicy;
import org.axonframework.modelling.command.TargetAggregateIdentifier;
import org.axonframework.modelling.saga.SagaEventHandler;
import org.axonframework.modelling.saga.StartSaga;
import org.axonframework.spring.stereotype.Aggregate;
import org.axonframework.spring.stereotype.Saga;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/**
 * Two instances of a service on one event store and one database: parcels go from leg to leg, a saga follows each and
 * has its legs stamped, a view counts them.
 */
final class TwoInstances implements AutoCloseable {

    static final String SAGA = "journeys";
    static final String VIEW = "travelled";

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final AxonServerNode node;
    private final EmbeddedMongo mongo;
    private final Instance one;
    private final Instance other;

    /** @param ofTheOther what the other one has, and not this one */
    TwoInstances(Class<?>... ofTheOther) {
        try {
            node = AxonServerNode.start(AxonServerOptions.embedded());
            mongo = new EmbeddedMongo(Files.createTempDirectory("instances").resolve("shared.mv"), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        one = new Instance("one", Service.class);
        other = new Instance(
                "other",
                Stream.concat(Stream.of(Service.class, AnotherProcess.class), Stream.of(ofTheOther))
                        .toArray(Class<?>[]::new));
    }

    Instance one() {
        return one;
    }

    Instance other() {
        return other;
    }

    /** Has the other instance take a segment that this one holds, as if this one's claim had run out. */
    void steal(String processor, int segment) {
        var token = new Document("processorName", processor).append("segment", segment);
        var claim = new Document("owner", AnotherProcess.NAME).append("timestamp", System.currentTimeMillis());
        one.database().getCollection("tokens").updateOne(token, new Document("$set", claim));
        var unused = other.processor(processor).claimSegment(segment).join();
    }

    @Override
    public void close() throws IOException {
        other.context.close();
        one.context.close();
        mongo.close();
        node.close();
    }

    record Send(@TargetAggregateIdentifier String parcel, int leg) {}

    /** Stamps a leg once, however often it is sent. */
    record Stamp(@TargetAggregateIdentifier String book, int leg) {}

    record Sent(String parcel, int leg) {}

    record Stamped(String book, int leg) {}

    /**
     * How far a parcel has come.
     *
     * @param sum of the numbers of its legs
     */
    public record Travelled(int legs, int sum) {}

    /** What can be asked of one of them. */
    final class Instance {

        private final String name;
        private final Class<?>[] sources;
        private ConfigurableApplicationContext context;

        Instance(String name, Class<?>... sources) {
            this.name = name;
            this.sources = sources;
            start();
        }

        final void start() {
            context = new SpringApplicationBuilder(sources)
                    .run(
                            "--server.port=0",
                            "--waybill.look-interval=1s",
                            "--axon.axonserver.servers=" + node.address(),
                            "--axon.axonserver.client-id=" + name,
                            "--waybill.mongodb.uri=" + mongo.uri());
        }

        void stop() {
            context.close();
        }

        /** Asks over HTTP. */
        HttpResponse<String> ask(String method, String path, String body) throws IOException, InterruptedException {
            String address = "http://127.0.0.1:" + context.getEnvironment().getRequiredProperty("local.server.port");
            return HTTP.send(
                    HttpRequest.newBuilder(URI.create(address + path))
                            .header("Content-Type", "application/json")
                            .method(method, BodyPublishers.ofString(body))
                            .build(),
                    BodyHandlers.ofString());
        }

        Gate gate() {
            return context.getBean(Gate.class);
        }

        /** Position of the event that it led to, or of a later one. */
        long send(String parcel, int leg) {
            return context.getBean(RequestCommands.class)
                    .send(new Send(parcel, leg))
                    .position();
        }

        PooledStreamingEventProcessor processor(String name) {
            return context.getBean(EventProcessingConfiguration.class)
                    .eventProcessor(name, PooledStreamingEventProcessor.class)
                    .orElseThrow();
        }

        /** The legs of a parcel, in the order in which its saga was told of them. */
        List<Integer> journey(String parcel) {
            Optional<Journey> journey = context.getBean(LiveSagas.class).find(Journey.class, "parcel", parcel);
            return journey.isEmpty() ? List.of() : journey.get().legs;
        }

        @Nullable
        Travelled travelled(String parcel) {
            return context.getBean(TravelledViews.class).views.find(parcel);
        }

        /** The legs that were stamped, in the order of the event store; what a batch of events sends may overtake one another. */
        List<Integer> stamps(String parcel) {
            return context.getBean(EventStore.class)
                    .readEvents(book(parcel))
                    .asStream()
                    .map(event -> ((Stamped) event.getPayload()).leg())
                    .toList();
        }

        /** Up to which position each segment is known to be handled, whoever has it. */
        Map<Integer, Long> segments(String processor) {
            return context.getBean(ReadProgress.class).segments(processor);
        }

        /** How its events are stored. */
        List<String> revisions(String parcel) {
            return connection()
                    .eventChannel()
                    .openAggregateStream(parcel)
                    .asStream()
                    .map(event -> event.getPayload().getRevision())
                    .toList();
        }

        AxonServerConnection connection() {
            return context.getBean(AxonServerConnectionManager.class).getConnection();
        }

        /** What operators are told of its processors. */
        String status() throws IOException, InterruptedException {
            return ask("GET", "/api/ops/processors/sample", "").body();
        }

        ReadPositions positions() {
            return context.getBean(ReadPositions.class);
        }

        MongoDatabase database() {
            return context.getBean(MongoDatabase.class);
        }
    }

    private static String book(String parcel) {
        return "book of " + parcel;
    }

    @SpringBootConfiguration
    @EnableAutoConfiguration
    @Import({Parcel.class, Book.class, Journey.class, TravelledViews.class})
    static class Service {

        @Bean
        Gate gate() {
            return new Gate();
        }

        @Bean
        static BeanPostProcessor gates(ObjectProvider<Gate> gate) {
            return new BeanPostProcessor() {
                @Override
                public Object postProcessAfterInitialization(Object bean, String name) {
                    return bean instanceof TokenStore tokens ? gate.getObject().around(tokens) : bean;
                }
            };
        }
    }

    @Aggregate
    static class Parcel {

        @AggregateIdentifier
        @SuppressWarnings("UnusedVariable") // Axon reads it
        private String parcel;

        @CommandHandler
        @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
        void handle(Send send) {
            AggregateLifecycle.apply(new Sent(send.parcel(), send.leg()));
        }

        @EventSourcingHandler
        void on(Sent sent) {
            parcel = sent.parcel();
        }
    }

    @Aggregate
    static class Book {

        @AggregateIdentifier
        @SuppressWarnings("UnusedVariable") // Axon reads it
        private String book;

        private final Set<Integer> stamped = new HashSet<>();

        @CommandHandler
        @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
        void handle(Stamp stamp) {
            if (!stamped.contains(stamp.leg())) {
                AggregateLifecycle.apply(new Stamped(stamp.book(), stamp.leg()));
            }
        }

        @EventSourcingHandler
        void on(Stamped event) {
            book = event.book();
            stamped.add(event.leg());
        }
    }

    @Saga
    @ProcessingGroup(SAGA)
    @JsonAutoDetect(fieldVisibility = JsonAutoDetect.Visibility.ANY)
    public static class Journey {

        private List<Integer> legs = new ArrayList<>();

        @StartSaga
        @SagaEventHandler(associationProperty = "parcel")
        void on(Sent sent, SagaCommands commands, Gate gate) {
            if (!legs.contains(sent.leg())) {
                legs.add(sent.leg());
                commands.send(new Stamp(book(sent.parcel()), sent.leg()));
            }
            gate.handledBySaga();
        }
    }

    @Projection
    @ProcessingGroup(VIEW)
    static class TravelledViews {

        private final ViewStore<Travelled> views;
        private final Gate gate;

        TravelledViews(MongoDatabase database, Gate gate) {
            views = new ViewStore<>(database, "travelled", Travelled.class);
            this.gate = gate;
        }

        @EventHandler
        void on(Sent sent, TrackingToken token, @SequenceNumber long sequence) {
            if (!views.isFoldedToBeShown()) {
                gate.passBesideTheView(sent.parcel());
            }
            views.fold(sent.parcel(), Positions.of(token), sequence, before -> {
                gate.pass(Gate.Place.IN_THE_VIEW, VIEW);
                return before == null
                        ? new Travelled(1, sent.leg())
                        : new Travelled(before.legs() + 1, before.sum() + sent.leg());
            });
        }
    }
}
