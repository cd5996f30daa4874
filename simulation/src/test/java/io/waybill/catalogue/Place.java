package io.waybill.catalogue;

import java.util.Comparator;

/**
 * A class of a service, where messages are made or handled.
 *
 * @param type simple name of the outermost class
 */
record Place(String service, String type) implements Comparable<Place> {

    private static final Comparator<Place> BY_SERVICE =
            Comparator.comparing(Place::service).thenComparing(Place::type);

    @Override
    public int compareTo(Place other) {
        return BY_SERVICE.compare(this, other);
    }
}
