package io.taskstatus.gateway.web;

import io.taskstatus.gateway.lookup.FetchAllowance;

/**
 * Who asks.
 *
 * @param team as metrics name it: a configured name, {@value #OTHER}, or {@value #NONE} where access is open
 * @param fetches what the caller may still spend on calls to the upstream
 */
record Caller(String team, FetchAllowance fetches) {
    /** The team of everybody where access is open. */
    static final String NONE = "none";
    /** The team of those who are no configured team, or not known yet. */
    static final String OTHER = "other";

    /** Whoever it is, without limits. */
    static final Caller ANYONE = new Caller(NONE, FetchAllowance.UNLIMITED);
}
