package io.waybill.chassis.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.chassis.messaging.MessagingAutoConfiguration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GenericEventMessage;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.eventhandling.tokenstore.UnableToClaimTokenException;
import org.axonframework.eventhandling.tokenstore.UnableToRetrieveIdentifierException;
import org.axonframework.eventhandling.tokenstore.inmemory.InMemoryTokenStore;
import org.axonframework.messaging.unitofwork.BatchingUnitOfWork;
import org.axonframework.messaging.unitofwork.RollbackConfigurationType;
import org.junit.jupiter.api.Test;

class LastWriteTokenStoreTest {

    private final List<String> history = new ArrayList<>();
    private final LastWriteTokenStore store = new LastWriteTokenStore(
            new InMemoryTokenStore() {
                @Override
                public void storeToken(TrackingToken token, String processorName, int segment) {
                    history.add("token");
                }

                @Override
                public void deleteToken(String processorName, int segment) {
                    history.add("deleted " + segment);
                }
            },
            processor -> {},
            () -> true);

    private final BatchingUnitOfWork<EventMessage<?>> batch =
            new BatchingUnitOfWork<>(List.of(GenericEventMessage.asEventMessage("event")));

    @Test
    void writesTheTokenAfterAllElseOfTheBatch() {
        // The order in which Axon registers them: the token first.
        batch.onPrepareCommit(all -> store.storeToken(new GlobalSequenceTrackingToken(1), "views", 0));
        batch.onPrepareCommit(all -> history.add("saga"));

        batch.executeWithResult(() -> history.add("view"));

        assertThat(history).containsExactly("view", "saga", "token");
    }

    @Test
    void writesNoTokenForABatchThatFailed() {
        batch.onPrepareCommit(all -> store.storeToken(new GlobalSequenceTrackingToken(1), "views", 0));
        batch.onPrepareCommit(all -> {
            throw new IllegalStateException("the saga store is away");
        });

        batch.executeWithResult(() -> history.add("view"), RollbackConfigurationType.ANY_THROWABLE);

        assertThat(history).containsExactly("view");
    }

    @Test
    void writesAtOnceOutsideABatch() {
        store.storeToken(new GlobalSequenceTrackingToken(1), "views", 0);

        assertThat(history).containsExactly("token");
    }

    @Test
    void deletesWhatWasMergedIntoAnotherAfterThatIsWritten() {
        // The order in which Axon does it.
        store.deleteToken("views", 1);
        store.storeToken(new GlobalSequenceTrackingToken(1), "views", 0);
        store.storeToken(new GlobalSequenceTrackingToken(2), "views", 0);

        assertThat(history).containsExactly("token", "deleted 1", "token");
    }

    @Test
    void deletesNothingIfItCannotBeMergedIntoAnother() {
        var taken = new AtomicBoolean(true);
        var robbed = new LastWriteTokenStore(
                new InMemoryTokenStore() {
                    @Override
                    public void storeToken(TrackingToken token, String processorName, int segment) {
                        if (taken.get()) {
                            throw new UnableToClaimTokenException("taken over");
                        }
                    }

                    @Override
                    public void deleteToken(String processorName, int segment) {
                        history.add("deleted " + segment);
                    }
                },
                processor -> {},
                () -> true);

        robbed.deleteToken("views", 1);
        assertThatThrownBy(() -> robbed.storeToken(new GlobalSequenceTrackingToken(1), "views", 0))
                .isInstanceOf(UnableToClaimTokenException.class);
        taken.set(false);
        robbed.storeToken(new GlobalSequenceTrackingToken(1), "views", 0);

        assertThat(history).isEmpty();
    }

    @Test
    void findsTheIdentifierThatAnotherInstanceHasWrittenAtTheSameMoment() {
        var lost = new AtomicBoolean();
        var late = new LastWriteTokenStore(
                new InMemoryTokenStore() {
                    @Override
                    public Optional<String> retrieveStorageIdentifier() {
                        if (lost.compareAndSet(false, true)) {
                            throw new UnableToRetrieveIdentifierException(
                                    "written by another", new IllegalStateException());
                        }
                        return Optional.of("theirs");
                    }
                },
                processor -> {},
                () -> true);

        assertThat(late.retrieveStorageIdentifier()).hasValue("theirs");
    }

    @Test
    void makesAllTokensAnewWhenAllAreGone() {
        assertThat(store.fetchAvailableSegments("views")).hasSize(MessagingAutoConfiguration.SEGMENTS);
    }
}
