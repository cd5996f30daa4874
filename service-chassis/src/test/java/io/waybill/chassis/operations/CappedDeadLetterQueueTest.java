package io.waybill.chassis.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.chassis.mongo.Discards;
import io.waybill.chassis.mongo.TestDatabase;
import io.waybill.chassis.operations.CappedDeadLetterQueue.Fill;
import java.util.Objects;
import java.util.stream.LongStream;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.axonframework.eventhandling.GenericTrackedDomainEventMessage;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.axonframework.extensions.mongo.DefaultMongoTemplate;
import org.axonframework.extensions.mongo.MongoTemplate;
import org.axonframework.messaging.deadletter.DeadLetterQueueOverflowException;
import org.axonframework.messaging.deadletter.GenericDeadLetter;
import org.axonframework.serialization.Serializer;
import org.axonframework.serialization.jackson3.Jackson3Serializer;
import org.bson.Document;
import org.bson.types.ObjectId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class CappedDeadLetterQueueTest {

    private final TestDatabase database = new TestDatabase();
    private final MongoTemplate template =
            DefaultMongoTemplate.builder().mongoDatabase(database.get()).build();
    private final Serializer serializer = Jackson3Serializer.builder().build();
    private final Discards discards = new Discards(database.get());
    private final DeadLetters letters = new DeadLetters(template, discards, serializer);
    private final CappedDeadLetterQueue queue =
            OperationsAutoConfiguration.deadLetterQueue("view", template, serializer, letters);
    private int position;

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void remembersOfWhichSequenceSomethingWasDiscarded() {
        EventMessage<?> event = event("a");
        queue.enqueue("a", letter("a", event));
        queue.enqueue("b", letter("b", event("b")));

        ParkedEvent parked =
                letters.find("view", event.getIdentifier()).orElseThrow().letter();
        letters.discard(parked);

        assertThat(letters.isParked("view", event.getIdentifier())).isFalse();
        long position = parked.position();
        assertThat(discards.areBetween("view", "a", position - 1, position + 1)).isTrue();
        assertThat(discards.areBetween("view", "a", position, position + 2)).isFalse();
        assertThat(discards.areBetween("view", "a", position - 2, position)).isFalse();
        assertThat(discards.areBetween("view", "b", -1, Long.MAX_VALUE)).isFalse();
        assertThat(discards.areBetween("other", "a", -1, Long.MAX_VALUE)).isFalse();
    }

    @Test
    void parksAnEventOnceHoweverOftenItsBatchIsHandled() {
        EventMessage<?> event = event("a");
        queue.enqueue("a", letter("a", event));

        queue.enqueue("a", letter("a", event));
        queue.enqueueIfPresent("a", () -> letter("a", event));

        assertThat(queue.size()).isEqualTo(1);
    }

    @Test
    void looksAgainForWhatIsParkedOnceItHasParkedSomethingOrClaimedASegment() {
        assertThat(letters.isEmpty("view")).isTrue();
        park("of-this-instance");
        assertThat(letters.isEmpty("view")).isFalse();
        queue.clear();
        assertThat(letters.isEmpty("view")).isTrue();

        var ofAnother = new DeadLetters(template, discards, serializer);
        OperationsAutoConfiguration.deadLetterQueue("view", template, serializer, ofAnother)
                .enqueue("of-another-instance", letter("b", event("b")));
        letters.hasClaimed("view");
        assertThat(letters.isEmpty("view")).isFalse();
    }

    @Test
    void asksTheStoreOnceWhetherAnythingIsParked() {
        assertThat(letters.isEmpty("view")).isTrue();
        database.close();

        assertThat(letters.isEmpty("view")).isTrue();
    }

    @Test
    void refusesWhatItHasNoRoomFor() {
        fill(CappedDeadLetterQueue.MAX_SEQUENCES);

        assertThatThrownBy(() -> park("one-too-many")).isInstanceOf(DeadLetterQueueOverflowException.class);
        park("sequence-0");
        assertThat(queue.amountOfSequences()).isEqualTo(CappedDeadLetterQueue.MAX_SEQUENCES);
    }

    @Test
    void refusesWhatASequenceHasNoRoomFor() {
        park("long");
        Document parked =
                Objects.requireNonNull(template.deadLetterCollection().find().first());
        template.deadLetterCollection()
                .insertMany(LongStream.range(1, CappedDeadLetterQueue.MAX_SEQUENCE_SIZE)
                        .mapToObj(index -> new Document(parked)
                                .append("_id", new ObjectId())
                                .append("index", index))
                        .toList());

        assertThatThrownBy(() -> park("long")).isInstanceOf(DeadLetterQueueOverflowException.class);
        park("short");
        assertThat(queue.sequenceSize("long")).isEqualTo(CappedDeadLetterQueue.MAX_SEQUENCE_SIZE);
    }

    @Test
    void tellsOnceThatItIsNearlyFullAndAgainAfterItWasDrained(CapturedOutput output) {
        int mark = (CappedDeadLetterQueue.MAX_SEQUENCES * CappedDeadLetterQueue.NEAR_CAP_PERCENT + 99) / 100;
        fill(mark - 1);
        assertThat(output).doesNotContain("it stops");

        park("the-last-straw");
        park("and-another");
        assertThat(output).containsOnlyOnce("are parked by view, and when there are 128 sequences or 1024 events");

        queue.clear();
        park("after-draining");
        fill(mark);
        assertThat(output.getOut().split("are parked by view", -1)).hasSize(3);
    }

    @Test
    void isNearlyFullAlsoByOneLongSequence() {
        assertThat(new Fill(819, 1, 819).isNearCap()).isFalse();
        assertThat(new Fill(820, 1, 820).isNearCap()).isTrue();
        assertThat(new Fill(1023, 1, 1023).isFull()).isFalse();
        assertThat(new Fill(1024, 1, 1024).isFull()).isTrue();
        assertThat(new Fill(128, 128, 1).isFull()).isTrue();
    }

    private void fill(int sequences) {
        for (int i = 0; i < sequences; i++) {
            park("sequence-" + i);
        }
    }

    private void park(String sequence) {
        queue.enqueue(sequence, letter(sequence, event(sequence)));
    }

    private static GenericDeadLetter<EventMessage<?>> letter(String sequence, EventMessage<?> event) {
        return new GenericDeadLetter<>(sequence, event, new IllegalStateException("poison"));
    }

    private EventMessage<?> event(String aggregate) {
        position++;
        return new GenericTrackedDomainEventMessage<>(
                new GlobalSequenceTrackingToken(position),
                new GenericDomainEventMessage<>("Sample", aggregate, position, "payload"));
    }
}
