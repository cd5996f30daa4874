/** What a replay costs before anything is made of it. */
@org.jspecify.annotations.NullMarked
package io.waybill.benchmarks.nothing;
