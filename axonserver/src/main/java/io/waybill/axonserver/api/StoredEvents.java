package io.waybill.axonserver.api;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import io.axoniq.axonserver.grpc.event.Event;
import io.axoniq.axonserver.grpc.event.EventWithToken;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.Status;
import io.waybill.axonserver.log.LogEntry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** Passes events between the wire and the log as the bytes they are, so that none is unpacked and packed again. */
final class StoredEvents {

    private static final byte[] NO_PREFIX = {};
    private static final int WIRE_TYPE_LENGTH_DELIMITED = 2;

    private StoredEvents() {}

    /**
     * An event from a client. It is checked to be one, because whatever is stored every reader must be able to read.
     */
    static final class Incoming implements Marshaller<byte[]> {

        @Override
        public byte[] parse(InputStream in) {
            try {
                byte[] event = readAll(in);
                Event.parser().parseFrom(event);
                return event;
            } catch (InvalidProtocolBufferException e) {
                throw Status.INTERNAL
                        .withDescription("Invalid protobuf byte sequence")
                        .withCause(e)
                        .asRuntimeException();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** gRPC knows the length; {@code readAllBytes} would take a buffer of 16 KiB for each event. */
        private static byte[] readAll(InputStream in) throws IOException {
            return in instanceof KnownLength ? in.readNBytes(in.available()) : in.readAllBytes();
        }

        @Override
        public InputStream stream(byte[] event) {
            return new ByteArrayInputStream(event);
        }
    }

    /** An event to a client, as it was stored. */
    static final class Outgoing implements Marshaller<LogEntry> {

        @Override
        public InputStream stream(LogEntry event) {
            return new EntryStream(NO_PREFIX, event);
        }

        @Override
        public LogEntry parse(InputStream in) {
            throw new UnsupportedOperationException("Entries are only sent");
        }
    }

    /** An event to a client, together with its position in the log as its token. */
    static final class OutgoingWithToken implements Marshaller<LogEntry> {

        @Override
        public InputStream stream(LogEntry event) {
            return new EntryStream(prefix(event), event);
        }

        private static byte[] prefix(LogEntry event) {
            int eventTag = (EventWithToken.EVENT_FIELD_NUMBER << 3) | WIRE_TYPE_LENGTH_DELIMITED;
            int size = CodedOutputStream.computeInt64Size(EventWithToken.TOKEN_FIELD_NUMBER, event.position())
                    + CodedOutputStream.computeUInt32SizeNoTag(eventTag)
                    + CodedOutputStream.computeUInt32SizeNoTag(event.sizeBytes());
            byte[] prefix = new byte[size];
            try {
                CodedOutputStream out = CodedOutputStream.newInstance(prefix);
                out.writeInt64(EventWithToken.TOKEN_FIELD_NUMBER, event.position());
                out.writeUInt32NoTag(eventTag);
                out.writeUInt32NoTag(event.sizeBytes());
                out.checkNoSpaceLeft();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return prefix;
        }

        @Override
        public LogEntry parse(InputStream in) {
            throw new UnsupportedOperationException("Entries are only sent");
        }
    }

    /** A prefix and an entry as the stream that gRPC wants, written to the connection without a copy in between. */
    private static final class EntryStream extends InputStream implements Drainable, KnownLength {

        private final byte[] prefix;
        private final LogEntry entry;
        private @Nullable InputStream copy;

        EntryStream(byte[] prefix, LogEntry entry) {
            this.prefix = prefix;
            this.entry = entry;
        }

        @Override
        public int available() {
            return prefix.length + entry.sizeBytes();
        }

        @Override
        public int drainTo(OutputStream target) throws IOException {
            target.write(prefix);
            entry.writeTo(target);
            return available();
        }

        @Override
        public int read() throws IOException {
            return copy().read();
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            return copy().read(target, offset, length);
        }

        private InputStream copy() {
            InputStream in = copy;
            if (in == null) {
                byte[] bytes = new byte[available()];
                System.arraycopy(prefix, 0, bytes, 0, prefix.length);
                System.arraycopy(entry.toByteArray(), 0, bytes, prefix.length, entry.sizeBytes());
                in = new ByteArrayInputStream(bytes);
                copy = in;
            }
            return in;
        }
    }
}
