package io.waybill.chassis.mongo;

import io.waybill.chassis.messaging.MessagingAutoConfiguration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.axonframework.eventhandling.Segment;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.eventhandling.tokenstore.TokenStore;
import org.axonframework.eventhandling.tokenstore.UnableToRetrieveIdentifierException;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.axonframework.messaging.unitofwork.UnitOfWork;
import org.axonframework.messaging.unitofwork.UnitOfWork.Phase;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the token of a batch after everything else that belongs to the batch. Axon writes it first and counts on one
 * transaction around all of it; without one, a crash in between would skip what was not yet written. This way around it
 * is done again, which every handler allows for.
 *
 * <p>Likewise when two segments are merged: Axon deletes the token of one before it stores what is to be read by both,
 * which is no further than the one that is behind. A crash in between would leave the token that is ahead to both.
 *
 * <p>Tokens that were lost are made anew, also while the service runs: all events are then read again, and how far they
 * were handled before is asked at each claim.
 */
final class LastWriteTokenStore implements TokenStore {

    private static final Logger LOG = LoggerFactory.getLogger(LastWriteTokenStore.class);
    /** What a merge, which is done by one thread, deletes once it has stored the other token. */
    private static final ThreadLocal<@Nullable Runnable> DELETION = new ThreadLocal<>();

    private final TokenStore store;
    private final Consumer<String> onClaim;
    private final BooleanSupplier mayReadFromTheBeginning;

    /**
     * @param onClaim is told the processor that has claimed a segment, and handles nothing of it until that returns
     * @param mayReadFromTheBeginning whether tokens that were lost may be made anew already
     */
    LastWriteTokenStore(TokenStore store, Consumer<String> onClaim, BooleanSupplier mayReadFromTheBeginning) {
        this.store = store;
        this.onClaim = onClaim;
        this.mayReadFromTheBeginning = mayReadFromTheBeginning;
    }

    @Override
    public void storeToken(@Nullable TrackingToken token, String processorName, int segment) {
        if (CurrentUnitOfWork.isStarted() && CurrentUnitOfWork.get().phase().isBefore(Phase.COMMIT)) {
            UnitOfWork<?> batch = CurrentUnitOfWork.get();
            batch.onCommit(all -> store.storeToken(token, processorName, segment));
        } else {
            Optional<Runnable> merged = Optional.ofNullable(DELETION.get());
            DELETION.remove();
            store.storeToken(token, processorName, segment);
            merged.ifPresent(Runnable::run);
        }
    }

    @Override
    public void initializeTokenSegments(String processorName, int segmentCount) {
        store.initializeTokenSegments(processorName, segmentCount);
    }

    @Override
    public void initializeTokenSegments(String processorName, int segmentCount, @Nullable TrackingToken initialToken) {
        store.initializeTokenSegments(processorName, segmentCount, initialToken);
    }

    @Override
    public @Nullable TrackingToken fetchToken(String processorName, int segment) {
        @Nullable TrackingToken token = store.fetchToken(processorName, segment);
        onClaim.accept(processorName);
        return token;
    }

    @Override
    public @Nullable TrackingToken fetchToken(String processorName, Segment segment) {
        @Nullable TrackingToken token = store.fetchToken(processorName, segment);
        onClaim.accept(processorName);
        return token;
    }

    @Override
    public void extendClaim(String processorName, int segment) {
        store.extendClaim(processorName, segment);
    }

    @Override
    public void releaseClaim(String processorName, int segment) {
        store.releaseClaim(processorName, segment);
    }

    @Override
    public void initializeSegment(@Nullable TrackingToken token, String processorName, int segment) {
        store.initializeSegment(token, processorName, segment);
    }

    @Override
    public void deleteToken(String processorName, int segment) {
        DELETION.set(() -> store.deleteToken(processorName, segment));
    }

    @Override
    public boolean requiresExplicitSegmentInitialization() {
        return store.requiresExplicitSegmentInitialization();
    }

    @Override
    public int[] fetchSegments(String processorName) {
        return store.fetchSegments(processorName);
    }

    @Override
    public List<Segment> fetchAvailableSegments(String processorName) {
        if (store.fetchSegments(processorName).length == 0 && mayReadFromTheBeginning.getAsBoolean()) {
            LOG.warn("The tokens of {} are gone; it reads all events again", processorName);
            initializeTokenSegments(processorName, MessagingAutoConfiguration.SEGMENTS);
        }
        return store.fetchAvailableSegments(processorName);
    }

    /** Of instances that start at the same moment on a new database one writes it; to the others it is there then. */
    @Override
    public Optional<String> retrieveStorageIdentifier() {
        try {
            return store.retrieveStorageIdentifier();
        } catch (UnableToRetrieveIdentifierException e) {
            return store.retrieveStorageIdentifier();
        }
    }
}
