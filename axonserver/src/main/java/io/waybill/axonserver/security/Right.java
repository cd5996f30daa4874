package io.waybill.axonserver.security;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;

/** What an application may do. Each right that is granted by name brings along what is of no use without it. */
public enum Right {
    /** What any valid token gives: to find the node, to stay in touch with it and to ask how it is. */
    CONNECT,
    /** To read events and snapshots, and to ask and answer queries. */
    READ,
    /** To append, to schedule, and to send and handle commands; who appends to an aggregate has to read it first. */
    WRITE,
    /** To steer event processors and the node. It does not open the events: who operates need not read orders. */
    ADMIN;

    /** The right itself and what it brings along. */
    Set<Right> expanded() {
        return switch (this) {
            case CONNECT -> Set.of(CONNECT);
            case READ -> Set.of(CONNECT, READ);
            case WRITE -> Set.of(CONNECT, READ, WRITE);
            case ADMIN -> Set.of(CONNECT, ADMIN);
        };
    }

    /**
     * The right that is called {@code name} in a tokens file.
     *
     * @throws IllegalArgumentException if there is none
     */
    static Right named(String name) {
        return Arrays.stream(values())
                .filter(right -> right != CONNECT && right.toString().equals(name))
                .findAny()
                .orElseThrow(() ->
                        new IllegalArgumentException("a right is read, write or admin, several are joined by commas"));
    }

    /** The right as it is written in a tokens file. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
