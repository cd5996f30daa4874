package io.waybill.messages.operations;

/** What an operator decided about a read model. */
public sealed interface ReadModelEvent {

    /** The service that the read model belongs to. */
    String service();

    /** The name of its projection. */
    String projection();

    /** ID of the rebuild. */
    String rebuildId();

    /**
     * It is made once more from all events, beside the one that is shown.
     *
     * @param verify whether only to be compared
     */
    record RebuildStarted(String service, String projection, String rebuildId, boolean verify)
            implements ReadModelEvent {}

    /** What was made is shown from now on. */
    record RebuildShown(String service, String projection, String rebuildId) implements ReadModelEvent {}

    /** What was shown before is shown again. */
    record RebuildRolledBack(String service, String projection, String rebuildId) implements ReadModelEvent {}

    /** What was made, or, if that is shown, what was shown before, is cleared away. */
    record RebuildDiscarded(String service, String projection, String rebuildId) implements ReadModelEvent {}
}
