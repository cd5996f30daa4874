package io.waybill.axonserver.log;

/** When an append is acknowledged. */
public enum Durability {
    /** Once it is on stable storage: it survives a crash and a power cut. */
    SYNC,

    /**
     * Once the operating system has it: it survives a crash of the process. What a power cut or a crash of the operating
     * system can take is what was acknowledged in the last second.
     */
    RELAXED_1S
}
