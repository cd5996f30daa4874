package io.waybill.chassis.readmodels;

import java.util.List;

/**
 * What came of comparing the documents of two places, byte for byte.
 *
 * @param documents how many there are
 * @param differences how many of these are not the same in both, or in one only
 * @param examples the first of the differences
 */
public record Comparison(long documents, long differences, List<Difference> examples) {

    /**
     * A document that is not the same in both places.
     *
     * @param collection where the live one is
     * @param what a sentence for people
     */
    public record Difference(String collection, String id, String what) {}
}
