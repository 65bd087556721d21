package io.taskstatus.gateway.lookup;

import io.taskstatus.gateway.status.StatusSnapshot;
import org.jspecify.annotations.Nullable;

/** What memory holds of one id. Immutable; a change replaces it whole. Times are {@link Time#ticks()}. */
sealed interface Kept {
    /** What an entry costs beside body and id: objects, headers, Caffeine's own node. In bytes, measured on 64-bit. */
    int OVERHEAD = 512;

    /** Bytes that count against {@code gateway.memory.max-size}. */
    int weight();

    /** Nanoseconds after {@code now} at which this is of no use any more. */
    long retention(long now);

    /** A terminal result. Never replaced, only purged or evicted. */
    record Settled(StatusSnapshot snapshot) implements Kept {
        @Override
        public int weight() {
            return OVERHEAD + snapshot.body().length;
        }

        @Override
        public long retention(long now) {
            return Long.MAX_VALUE;
        }
    }

    /**
     * A Running or unknown status.
     *
     * @param firstSeen when this id was first seen so
     * @param seenAt when this snapshot came
     * @param graceUntil until when it may stand in for failures
     * @param failing the refetch that failed last, while its outcome stands
     */
    record Unsettled(
            StatusSnapshot snapshot,
            long firstSeen,
            long seenAt,
            long freshUntil,
            long graceUntil,
            @Nullable Failed failing)
            implements Kept {

        Unsettled failing(Failed failed) {
            return new Unsettled(snapshot, firstSeen, seenAt, freshUntil, graceUntil, failed);
        }

        boolean isFresh(long now) {
            return freshUntil - now > 0;
        }

        /** Whether this is served instead of {@code failure}: instead of every 5xx, while its grace lasts. */
        boolean standsInFor(SourceFailure failure, long now) {
            return failure.reason().status() >= 500 && graceUntil - now > 0;
        }

        /**
         * The answer that this is in place of {@code failure}. Asking again brings something new once that outcome is over, where
         * it is kept, and the pause or the open circuit that led to it; or when this may stand in no longer.
         *
         * @param until when the outcome is over
         */
        Answer standIn(SourceFailure failure, long until, Provenance provenance, long now) {
            boolean spared = failure.retryAt().isPresent();
            long outcome = spared && !failure.fetched() ? 0 : until - now;
            long sparedFor = spared ? Math.min(failure.retryAt().getAsLong() - now, graceUntil - now) : 0;
            return new Answer.Status(snapshot, Math.max(0, Math.max(outcome, sparedFor)), provenance);
        }

        /** This as the answer of a tier, while it is fresh. */
        Answer hit(Outcome from, long now) {
            long left = freshUntil - now;
            return new Answer.Status(snapshot, left, Provenance.hit(from, Time.wholeSeconds(left)));
        }

        /** How an answer was obtained for which this stood in without a fetch; its {@code ttl} is never above -1. */
        Provenance staleHit(long now) {
            return Provenance.hit(Outcome.STALE, Math.min(-1, Math.floorDiv(freshUntil - now, 1_000_000_000L)));
        }

        /** When the upstream was last asked. */
        long askedAt() {
            return failing == null ? seenAt : failing.at();
        }

        @Override
        public int weight() {
            return OVERHEAD + snapshot.body().length;
        }

        @Override
        public long retention(long now) {
            long useful = Math.max(seenAt - now + FreshnessPolicy.RUNNING_RETENTION, graceUntil - now);
            return failing == null ? useful : Math.max(useful, failing.retention(now));
        }
    }

    /** The outcome of a fetch that brought no status: not found, or a failure. */
    record Failed(SourceFailure failure, long at, long until) implements Kept {
        boolean isFresh(long now) {
            return until - now > 0;
        }

        /** The outcome while it stands: the Running that may stand in, else the failure itself. */
        Answer hit(@Nullable Unsettled standIn, Outcome from, long now) {
            long left = Math.max(0, until - now);
            return standIn != null && standIn.standsInFor(failure, now)
                    ? standIn.standIn(failure, until, standIn.staleHit(now), now)
                    : new Answer.Failure(failure, left, Provenance.hit(from, Time.wholeSeconds(left)));
        }

        @Override
        public int weight() {
            return OVERHEAD;
        }

        @Override
        public long retention(long now) {
            return until - now;
        }
    }
}
