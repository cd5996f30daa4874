package io.waybill.payment;

/** Where one authorization of a payment stands. Amounts are minor units. */
final class Authorization {

    private enum Stage {
        /** The provider has been asked and has not answered. */
        ASKED,
        /** The provider said yes; whether it still holds anything is another matter. */
        GRANTED,
        /** The provider holds nothing: it said no, or the hold was lifted. */
        CLOSED
    }

    private final String id;
    private final long askedMinor;
    private Stage stage;
    /** Whether a success was recorded: what is recorded again changes nothing, also after the hold was lifted. */
    private boolean granted;

    private boolean customerActs;
    private boolean voiding;
    private long heldMinor;
    private long capturingMinor;
    private long capturedMinor;
    private long refundedMinor;

    private Authorization(String id, long askedMinor, Stage stage) {
        this.id = id;
        this.askedMinor = askedMinor;
        this.stage = stage;
    }

    /** One that the provider is asked for. */
    static Authorization asked(String id, long minor) {
        return new Authorization(id, minor, Stage.ASKED);
    }

    /** One that the provider was never asked for and never will be. */
    static Authorization neverAsked(String id) {
        return new Authorization(id, 0, Stage.CLOSED);
    }

    String id() {
        return id;
    }

    long askedMinor() {
        return askedMinor;
    }

    boolean isUnanswered() {
        return stage == Stage.ASKED;
    }

    /** Whether its answer may still bring a hold that can be used. */
    boolean isAwaited() {
        return stage == Stage.ASKED && !voiding;
    }

    boolean isClosed() {
        return stage == Stage.CLOSED;
    }

    boolean wasGranted() {
        return granted;
    }

    boolean customerActs() {
        return customerActs;
    }

    boolean isVoiding() {
        return voiding;
    }

    /** Whether a capture was asked of it and is not answered. */
    boolean isCapturing() {
        return capturingMinor > 0;
    }

    /** Whether anything was taken of it, or may be at this moment. */
    boolean wasTouched() {
        return capturedMinor > 0 || isCapturing();
    }

    /** Whether it holds something, or may come to, that nobody has asked to lift and that no capture is using. */
    boolean canBeVoided() {
        return !voiding && !isCapturing() && (stage == Stage.ASKED || heldMinor > 0);
    }

    /** Whether nothing is held and nothing will be. */
    boolean isOver() {
        return stage != Stage.ASKED && heldMinor == 0 && !voiding;
    }

    /** What a void is about: what is held, or as long as nobody knows, what was asked for. */
    long voidableMinor() {
        return stage == Stage.ASKED ? askedMinor : heldMinor;
    }

    long heldMinor() {
        return heldMinor;
    }

    long availableMinor() {
        return voiding ? 0 : heldMinor - capturingMinor;
    }

    long keptMinor() {
        return capturedMinor - refundedMinor;
    }

    void customerActionRequired() {
        customerActs = true;
    }

    void authorized() {
        stage = Stage.GRANTED;
        granted = true;
        heldMinor = askedMinor;
    }

    void declined() {
        stage = Stage.CLOSED;
        voiding = false;
    }

    void expired(long minor) {
        heldMinor = Math.max(0, heldMinor - minor);
        capturingMinor = 0;
    }

    void voidRequested() {
        voiding = true;
    }

    void voided() {
        stage = Stage.CLOSED;
        voiding = false;
        heldMinor = 0;
    }

    void captureRequested(long minor) {
        capturingMinor = minor;
    }

    void captureEnded() {
        capturingMinor = 0;
    }

    void captured(long minor) {
        heldMinor = Math.max(0, heldMinor - minor);
        capturedMinor += minor;
    }

    void refunded(long minor) {
        refundedMinor += minor;
    }
}
