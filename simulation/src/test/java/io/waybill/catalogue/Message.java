package io.waybill.catalogue;

import java.util.List;
import java.util.SortedSet;
import java.util.stream.Stream;

/**
 * A command, event or query.
 *
 * @param makers where it is made; whoever makes one sends it
 * @param handlers whoever is given it
 */
record Message(Class<?> type, Kind kind, SortedSet<Place> makers, List<Handler> handlers) {

    Message {
        handlers = List.copyOf(handlers);
    }

    String name() {
        return type.getSimpleName();
    }

    /** What its fields are made of, and, if it is a query, its answers. */
    Stream<Class<?>> parts() {
        Stream<Class<?>> answers = handlers.stream()
                .filter(handler -> handler.kind() == Kind.QUERY)
                .map(Handler::answer);
        return Stream.concat(
                Shape.partsOf(type),
                answers.flatMap(answer -> Stream.concat(Stream.of(answer), Shape.partsOf(answer))));
    }
}
