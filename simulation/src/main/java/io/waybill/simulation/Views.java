package io.waybill.simulation;

import static io.waybill.simulation.books.Violation.unless;

import io.waybill.chassis.messaging.ChassisParts;
import java.lang.reflect.Constructor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.axonframework.config.ProcessingGroup;
import org.axonframework.eventhandling.EventHandlerInvoker;
import org.axonframework.eventhandling.PropagatingErrorHandler;
import org.axonframework.eventhandling.Segment;
import org.axonframework.eventhandling.SimpleEventHandlerInvoker;
import org.axonframework.messaging.annotation.ParameterResolverFactory;
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

    private final ParameterResolverFactory parameters;
    private final Documents kept;
    private final Documents anew = new Documents(collection -> {}, collection -> {});
    private final List<Reader> keepers = new ArrayList<>();
    private final List<Reader> makers = new ArrayList<>();

    /**
     * @param types of the classes that keep read models
     * @param kept where they do
     */
    Views(List<Class<?>> types, Documents kept, int instances, ParameterResolverFactory parameters) {
        this.parameters = parameters;
        this.kept = kept;
        for (Class<?> type : types) {
            keepers.add(reader(type, kept, instances));
            makers.add(reader(type, anew, 1));
        }
    }

    /** Those who keep them up to date. */
    List<Reader> keepers() {
        return keepers;
    }

    /** Checks that what was kept through all that happened is, byte for byte, what the log says. */
    void check(Log log) {
        anew.clear();
        for (Reader maker : makers) {
            maker.rewind();
            int events = maker.behind(log);
            if (events > 0) {
                maker.read(log, events, true);
            }
        }
        anew.collections().forEach(this::compare);
    }

    private void compare(String collection, Map<BsonValue, BsonDocument> made) {
        Map<BsonValue, BsonDocument> documents = kept.in(collection);
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
        unless(documents.size() == made.size(), 19, "%s has more than the log says", collection);
    }

    private static ByteBuffer bytes(BsonDocument document) {
        var buffer = new BasicOutputBuffer();
        CODEC.encode(
                new BsonBinaryWriter(buffer), document, EncoderContext.builder().build());
        return ByteBuffer.wrap(buffer.getInternalBuffer(), 0, buffer.getPosition());
    }

    private Reader reader(Class<?> type, Documents documents, int instances) {
        String name = Objects.requireNonNull(type.getAnnotation(ProcessingGroup.class))
                .value();
        List<Feed> feeds = Stream.generate(() -> feed(name, type, documents))
                .limit(instances)
                .toList();
        EventHandlerInvoker any = feeds.getFirst().eventHandlerInvoker();
        return new Reader(
                name,
                event -> any.canHandle(event, Segment.ROOT_SEGMENT),
                feeds.stream()
                        .<Reader.Instance>map(
                                feed -> (events, claim) -> feed.handle(events, Segment.ROOT_SEGMENT, claim))
                        .toList());
    }

    private Feed feed(String name, Class<?> type, Documents documents) {
        var feed = new Feed(
                name,
                SimpleEventHandlerInvoker.builder()
                        .eventHandlers(create(type, documents))
                        .parameterResolverFactory(parameters)
                        .listenerInvocationErrorHandler(PropagatingErrorHandler.instance())
                        .build());
        feed.registerHandlerInterceptor(ChassisParts.joinOfProjection(name));
        feed.registerHandlerInterceptor(ChassisParts.keepClaim(Claim.OF_CURRENT_BATCH, name));
        return feed;
    }

    /** Made by its only constructor, which takes its database and maybe how far it is. */
    private static Object create(Class<?> type, Documents documents) {
        Constructor<?> constructor = BeanUtils.getResolvableConstructor(type);
        Object[] arguments = Stream.of(constructor.getParameterTypes())
                .map(parameter ->
                        parameter.isInstance(documents.database()) ? documents.database() : ChassisParts.rebuilds())
                .toArray();
        return BeanUtils.instantiateClass(constructor, arguments);
    }
}
