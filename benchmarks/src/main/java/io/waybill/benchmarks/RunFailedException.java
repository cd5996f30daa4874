package io.waybill.benchmarks;

/** A run that counts for nothing: a server lost, invented or changed something, refused a request or did not answer. */
final class RunFailedException extends RuntimeException {

    RunFailedException(String message) {
        super(message);
    }

    RunFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
