package io.waybill.simulation;

import static io.waybill.simulation.books.Violation.unless;

import io.waybill.chassis.messaging.ChassisParts;
import io.waybill.chassis.mongo.ViewBatch;
import java.lang.reflect.Constructor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.axonframework.config.ProcessingGroup;
import org.axonframework.eventhandling.EventHandlerInvoker;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.PropagatingErrorHandler;
import org.axonframework.eventhandling.Segment;
import org.axonframework.eventhandling.SimpleEventHandlerInvoker;
import org.axonframework.messaging.annotation.ParameterResolverFactory;
import org.axonframework.queryhandling.QueryUpdateEmitter;
import org.axonframework.queryhandling.SimpleQueryUpdateEmitter;
import org.bson.BsonBinaryWriter;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.bson.codecs.BsonDocumentCodec;
import org.bson.codecs.EncoderContext;
import org.bson.io.BasicOutputBuffer;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeanUtils;

/**
 * The read models of a service as they are, each kept by instances that share its documents; and each once more, to be
 * made from the log alone.
 */
final class Views {

    private static final BsonDocumentCodec CODEC = new BsonDocumentCodec();

    private static final QueryUpdateEmitter NOBODY_FOLLOWS =
            SimpleQueryUpdateEmitter.builder().build();

    private final ParameterResolverFactory parameters;
    private final Store kept;
    private final Documents anew = new Documents(collection -> {}, collection -> {});
    private final List<Reader> keepers = new ArrayList<>();
    private final List<Feed> makers = new ArrayList<>();

    /**
     * @param types of the classes that keep read models
     * @param kept where they do
     */
    Views(List<Class<?>> types, Store kept, int instances, ParameterResolverFactory parameters) {
        this.parameters = parameters;
        this.kept = kept;
        for (Class<?> type : types) {
            Feed maker = feed(type, anew);
            makers.add(maker);
            keepers.add(keeper(type, maker.eventHandlerInvoker(), instances));
        }
    }

    /** Those who keep them up to date. */
    List<Reader> keepers() {
        return keepers;
    }

    /** Checks that what was kept through all that happened is, byte for byte, what the log says. */
    void check(Log log) {
        anew.clear();
        for (Feed maker : makers) {
            List<? extends EventMessage<?>> events = log.read(0, log.size()).stream()
                    .filter(event -> maker.eventHandlerInvoker().canHandle(event, Segment.ROOT_SEGMENT))
                    .toList();
            if (!events.isEmpty()) {
                maker.handle(events, Segment.ROOT_SEGMENT, new Claim(() -> true, -1));
            }
        }
        anew.collections().forEach(this::compare);
    }

    private void compare(String collection, Map<BsonValue, BsonDocument> made) {
        Map<BsonValue, BsonDocument> documents = kept.documents().in(collection);
        made.forEach((id, expected) -> {
            @Nullable BsonDocument document = documents.get(id);
            unless(
                    document != null && bytes(document).equals(bytes(expected)),
                    19,
                    "%s has %s where the log says %s",
                    collection,
                    document,
                    expected);
        });
        // What is no view is the mark by which the service knows that the collection is there.
        long views = documents.values().stream()
                .filter(document -> document.containsKey("view"))
                .count();
        unless(views == made.size(), 19, "%s has more than the log says", collection);
    }

    private static ByteBuffer bytes(BsonDocument document) {
        var buffer = new BasicOutputBuffer();
        CODEC.encode(
                new BsonBinaryWriter(buffer), document, EncoderContext.builder().build());
        return ByteBuffer.wrap(buffer.getInternalBuffer(), 0, buffer.getPosition());
    }

    /** @param any handles what all of its instances do */
    private Reader keeper(Class<?> type, EventHandlerInvoker any, int instances) {
        String name = processor(type);
        kept.addProjection(name);
        return new Reader(
                kept,
                name,
                0,
                event -> any.canHandle(event, Segment.ROOT_SEGMENT),
                number -> {
                    Feed feed = feed(type, kept.documents());
                    return (events, claim) -> feed.handle(events, Segment.ROOT_SEGMENT, claim);
                },
                instances);
    }

    private static String processor(Class<?> type) {
        return Objects.requireNonNull(type.getAnnotation(ProcessingGroup.class)).value();
    }

    private Feed feed(Class<?> type, Documents documents) {
        String name = processor(type);
        var feed = new Feed(
                name,
                SimpleEventHandlerInvoker.builder()
                        .eventHandlers(create(type, documents))
                        .parameterResolverFactory(parameters)
                        .listenerInvocationErrorHandler(PropagatingErrorHandler.instance())
                        .build());
        feed.registerHandlerInterceptor(ChassisParts.join(name, kept::checkpoints));
        feed.registerHandlerInterceptor((batch, chain) -> {
            ViewBatch.begin(batch, name);
            return chain.proceed();
        });
        return feed;
    }

    /** Made by its only constructor, which takes its database, and maybe how far it is or who follows it. */
    private Object create(Class<?> type, Documents documents) {
        Constructor<?> constructor = BeanUtils.getResolvableConstructor(type);
        List<Object> parts = List.of(documents.database(), ChassisParts.rebuilds(kept), NOBODY_FOLLOWS);
        Object[] arguments = Stream.of(constructor.getParameterTypes())
                .map(parameter ->
                        parts.stream().filter(parameter::isInstance).findFirst().orElseThrow())
                .toArray();
        return BeanUtils.instantiateClass(constructor, arguments);
    }
}
