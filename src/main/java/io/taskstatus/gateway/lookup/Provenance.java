package io.taskstatus.gateway.lookup;

/**
 * How an answer came about: what {@code Cache-Status} (RFC 9211) and the metrics tell of it.
 *
 * @param outcome where the answer comes from
 * @param forward why the question went further than the tiers, if it did
 * @param forwardStatus the HTTP status the upstream answered with, or 0
 * @param stored whether the answer was kept
 * @param collapsed whether the question joined a fetch that another had started
 * @param ttl seconds of freshness left, below zero since it ended, or {@link #NO_TTL}
 * @param startedFetch whether this very question started a fetch
 */
public record Provenance(
        Outcome outcome,
        Forward forward,
        int forwardStatus,
        boolean stored,
        boolean collapsed,
        long ttl,
        boolean startedFetch) {

    /** Why a question was not answered from a tier (RFC 9211, section 2.2). */
    public enum Forward {
        /** It was. */
        NONE(""),
        /** Nothing was held. */
        URI_MISS("uri-miss"),
        /** What was held is no longer fresh. */
        STALE("stale"),
        /** A request directive asked for it. */
        REQUEST("request");

        private final String word;

        Forward(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }
    }

    /** There is nothing to say of freshness. */
    public static final long NO_TTL = Long.MIN_VALUE;

    public static final Provenance MEMORY_HIT = hit(Outcome.MEMORY, NO_TTL);
    public static final Provenance NOTHING = hit(Outcome.NONE, NO_TTL);

    /** The same for a question that did not start the fetch. */
    Provenance joined() {
        return startedFetch
                ? new Provenance(
                        outcome == Outcome.UPSTREAM ? Outcome.JOINED : outcome,
                        forward,
                        forwardStatus,
                        stored,
                        true,
                        ttl,
                        false)
                : this;
    }

    /** The same for a question that had started a fetch before it was answered so. */
    Provenance havingStartedFetch() {
        return new Provenance(outcome, forward, forwardStatus, stored, collapsed, ttl, true);
    }

    /** Of an answer that a fetch led to, this question's own or another's. */
    static Provenance fetched(Outcome outcome, Forward forward, int forwardStatus, boolean stored, boolean started) {
        return new Provenance(outcome, forward, forwardStatus, stored, !started, NO_TTL, started);
    }

    static Provenance hit(Outcome outcome, long ttl) {
        return new Provenance(outcome, Forward.NONE, 0, false, false, ttl, false);
    }
}
