package io.waybill.orderview.audit;

import java.time.Instant;

/**
 * When a chain began. If it is lost it begins anew, which shows here and in every head that is signed from then on.
 *
 * @param chainId a UUID
 * @param adopted position of the last event that was there when it began, or -1: of the events up to it the chain says
 *     what they have been since, and nothing of before
 */
public record ChainOrigin(String chainId, Instant begunAt, long adopted) {}
