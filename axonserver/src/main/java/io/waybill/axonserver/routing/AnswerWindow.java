package io.waybill.axonserver.routing;

/** How far the handler of a streaming query may run ahead of the client: the larger its answers, the less far. */
final class AnswerWindow {

    /** What a handler may do before anyone knows how large its answers are. */
    static final int FIRST_ANSWERS = 4;

    /** As far as the original lets a handler run. */
    private static final int MAX_ANSWERS = 32;

    /** Enough to keep a fast reader busy. */
    private static final int WINDOW_BYTES = 1 << 20;

    private long granted = FIRST_ANSWERS;
    private long produced;
    private int largestBytes = 1;

    void produced(int answerBytes) {
        produced++;
        largestBytes = Math.max(largestBytes, answerBytes);
    }

    /** How many more answers the handler may produce when so many {@code waiting} ones were not taken yet. */
    int renewal(int waiting) {
        int window = Math.clamp(WINDOW_BYTES / largestBytes, 1, MAX_ANSWERS);
        long ahead = granted - produced + waiting;
        // Not before it is known how large the answers are, and in bunches, to save messages.
        if (produced == 0 || ahead > window / 2) {
            return 0;
        }
        int renewal = (int) (window - ahead);
        granted += renewal;
        return renewal;
    }
}
