package io.waybill.catalogue;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.waybill.chassis.messaging.CheckpointEvent;
import java.lang.annotation.Annotation;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.eventhandling.EventHandler;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.modelling.saga.SagaEventHandler;
import org.axonframework.queryhandling.QueryHandler;

/**
 * Every message of the language, with who makes and who handles it, as the compiled classes of the services say.
 * Whoever calls the constructor of a message sends it, except that who handles a command may keep one as its state.
 */
final class Catalogue {

    private static final String LANGUAGE = "io.waybill.messages";

    /** What the chassis does, each service does. */
    private static final Map<String, String> SERVICES = Map.of(
            "io.waybill.ordering", "order-command",
            "io.waybill.orderview", "order-query",
            "io.waybill.inventory", "inventory-saga",
            "io.waybill.payment", "payment-service",
            "io.waybill.chassis", "each service");

    /** It has classes in packages of the services, to get at what it plays. */
    private static final String SIMULATION = "/simulation/target/classes/";

    private static final Map<Class<? extends Annotation>, Kind> HANDLES = Map.of(
            CommandHandler.class, Kind.COMMAND,
            EventHandler.class, Kind.EVENT,
            EventSourcingHandler.class, Kind.EVENT,
            SagaEventHandler.class, Kind.EVENT,
            QueryHandler.class, Kind.QUERY);

    private final JavaClasses classes = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains(SIMULATION))
            .importPackages(Stream.concat(Stream.of(LANGUAGE), SERVICES.keySet().stream())
                    .toList());
    private final List<Handler> handlers = classes.stream()
            .flatMap(type -> type.getCodeUnits().stream())
            .flatMap(Catalogue::handler)
            .sorted(Comparator.comparing(Handler::place))
            .toList();

    /** In the order of their contexts; commands first, then events, then queries. */
    List<Vocabulary> vocabularies() {
        return classes.stream()
                .filter(type ->
                        type.getPackageName().startsWith(LANGUAGE) || type.isEquivalentTo(CheckpointEvent.class))
                .map(JavaClass::reflect)
                .filter(type -> type.isSealed() && type.isInterface())
                .map(this::vocabulary)
                .sorted(Comparator.comparing(Vocabulary::context)
                        .thenComparing(Vocabulary::kind)
                        .thenComparing(Vocabulary::name))
                .toList();
    }

    private Vocabulary vocabulary(Class<?> language) {
        return new Vocabulary(
                language,
                Arrays.stream(language.getPermittedSubclasses())
                        .map(type -> message(type, Kind.of(language)))
                        .toList());
    }

    private Message message(Class<?> type, Kind kind) {
        List<Handler> handledBy = handlers.stream()
                .filter(handler -> handler.kind() == kind && handler.handles(type))
                .toList();
        var makers = classes.get(type).getConstructors().stream()
                .flatMap(constructor -> constructor.getAccessesToSelf().stream())
                .map(JavaAccess::getOriginOwner)
                .flatMap(maker -> place(maker).stream())
                .filter(maker -> kind == Kind.EVENT
                        || handledBy.stream()
                                .noneMatch(handler -> handler.place().equals(maker)))
                .collect(Collectors.toCollection(TreeSet::new));
        return new Message(type, kind, makers, handledBy);
    }

    /** A method with an annotation that makes it a handler; what it is given is its first parameter. */
    private static Stream<Handler> handler(JavaCodeUnit method) {
        return HANDLES.entrySet().stream()
                .filter(annotation -> method.isAnnotatedWith(annotation.getKey()))
                .flatMap(annotation -> place(method.getOwner()).stream()
                        .map(place -> new Handler(
                                place,
                                annotation.getValue(),
                                method.getRawParameterTypes().getFirst().reflect(),
                                annotation.getKey() == EventSourcingHandler.class,
                                method.getRawReturnType().reflect())));
    }

    private static Optional<Place> place(JavaClass type) {
        JavaClass outermost = type;
        while (outermost.getEnclosingClass().isPresent()) {
            outermost = outermost.getEnclosingClass().get();
        }
        String name = outermost.getSimpleName();
        String inPackage = outermost.getPackageName() + ".";
        return SERVICES.entrySet().stream()
                .filter(service -> inPackage.startsWith(service.getKey() + "."))
                .map(service -> new Place(service.getValue(), name))
                .findFirst();
    }
}
