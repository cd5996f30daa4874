package io.waybill.catalogue;

import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The messages of one kind in one context, in the order in which they are declared. */
record Vocabulary(Class<?> language, List<Message> messages) {

    Vocabulary {
        messages = List.copyOf(messages);
    }

    String name() {
        return language.getSimpleName();
    }

    Kind kind() {
        return Kind.of(language);
    }

    /** Name of the package. */
    String context() {
        return language.getPackageName();
    }

    /** The methods that are given every message, whatever it is. */
    Set<Handler> handlersOfAll() {
        Set<Handler> ofAll = new LinkedHashSet<>(messages.getFirst().handlers());
        messages.forEach(message -> ofAll.retainAll(message.handlers()));
        ofAll.removeIf(handler -> handler.takes().isRecord());
        return ofAll;
    }

    /** The records and enums that messages and answers are made of, by name. */
    static List<Class<?>> parts(List<Vocabulary> vocabularies) {
        return vocabularies.stream()
                .flatMap(vocabulary -> vocabulary.messages().stream())
                .flatMap(Message::parts)
                .distinct()
                .sorted(Comparator.comparing(Shape::title))
                .toList();
    }
}
