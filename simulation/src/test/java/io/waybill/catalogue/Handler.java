package io.waybill.catalogue;

/**
 * A method that handles messages.
 *
 * @param takes the messages that it is given: all of this type
 * @param sourcing whether it is how an aggregate becomes what its own events say
 * @param answer type of its answers
 */
record Handler(Place place, Kind kind, Class<?> takes, boolean sourcing, Class<?> answer) {

    boolean handles(Class<?> message) {
        return takes.isAssignableFrom(message);
    }

    /** Whether it is written for just these messages, and not for whatever comes by. */
    boolean isMeantForThem() {
        return takes.isRecord() || takes.isSealed();
    }
}
