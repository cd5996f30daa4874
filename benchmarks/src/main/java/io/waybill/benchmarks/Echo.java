package io.waybill.benchmarks;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;

/**
 * The round trip that no server can beat: a unary gRPC call over the loopback interface to another process, which sends
 * back the bytes it got. Same transport, same size and same kind of client as the calls that are measured.
 */
final class Echo {

    private static final MethodDescriptor<byte[], byte[]> METHOD = MethodDescriptor.newBuilder(new Bytes(), new Bytes())
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName(MethodDescriptor.generateFullMethodName("Echo", "Echo"))
            .build();

    private Echo() {}

    /** Starts a server on a free port of the loopback interface. */
    static Server startServer() throws IOException {
        return NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .directExecutor()
                .addService(ServerServiceDefinition.builder("Echo")
                        .addMethod(METHOD, ServerCalls.asyncUnaryCall(Echo::answer))
                        .build())
                .build()
                .start();
    }

    private static void answer(byte[] request, StreamObserver<byte[]> reply) {
        reply.onNext(request);
        reply.onCompleted();
    }

    /** Calls an echo server. */
    static final class Client implements Work, AutoCloseable {

        private final ManagedChannel channel;
        private final byte[] request = new byte[WrittenEvents.EVENT_BYTES];

        Client(int port) {
            channel = NettyChannelBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                    .usePlaintext()
                    .directExecutor()
                    .build();
            Arrays.fill(request, (byte) 'e');
        }

        @Override
        public CompletableFuture<?> next(int worker) {
            Reply reply = new Reply();
            ClientCalls.asyncUnaryCall(channel.newCall(METHOD, CallOptions.DEFAULT), request, reply);
            return reply.thenAccept(answer -> {
                if (!Arrays.equals(answer, request)) {
                    throw new RunFailedException("Misread: the echo is not what was called");
                }
            });
        }

        @Override
        public void close() {
            channel.shutdownNow();
        }
    }

    private static final class Reply extends CompletableFuture<byte[]> implements StreamObserver<byte[]> {

        @Override
        public void onNext(byte[] answer) {
            complete(answer);
        }

        @Override
        public void onError(Throwable fault) {
            completeExceptionally(fault);
        }

        @Override
        public void onCompleted() {
            // The answer is there already.
        }
    }

    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {

        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
