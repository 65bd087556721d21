package io.taskstatus.gateway.lookup;

import io.taskstatus.gateway.lookup.Provenance.Forward;
import io.taskstatus.gateway.lookup.ResultStore.Held;
import io.taskstatus.gateway.status.StatusSnapshot;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a flight brought, for everybody who waits for it. */
sealed interface Landing {
    /**
     * What it means to one of those who waited.
     *
     * @param forward why this question was not answered by memory
     * @param started whether this question set the flight off
     * @param now {@link Time#ticks()}
     */
    Answer answer(Forward forward, boolean started, long now);

    /** A tier answered after all; nothing was fetched. */
    record FromTier(Answer answer) implements Landing {
        /** A terminal result that a tier held. */
        FromTier(Held held) {
            this(new Answer.Status(
                    held.snapshot(), Long.MAX_VALUE, Provenance.hit(Outcome.of(held.tier()), Provenance.NO_TTL)));
        }

        @Override
        public Answer answer(Forward forward, boolean started, long now) {
            return answer;
        }
    }

    /** The upstream gave a status. */
    record FromSource(StatusSnapshot snapshot, long freshUntil, boolean kept) implements Landing {
        @Override
        public Answer answer(Forward forward, boolean started, long now) {
            return new Answer.Status(
                    snapshot,
                    freshUntil == Long.MAX_VALUE ? Long.MAX_VALUE : Math.max(0, freshUntil - now),
                    Provenance.fetched(fetcher(started), forward, 200, kept, started));
        }
    }

    /** The upstream was asked, but what the store held stands. */
    record Overruled(Held held, int upstreamStatus) implements Landing {
        @Override
        public Answer answer(Forward forward, boolean started, long now) {
            return new Answer.Status(
                    held.snapshot(),
                    Long.MAX_VALUE,
                    Provenance.fetched(Outcome.of(held.tier()), forward, upstreamStatus, false, started));
        }
    }

    /**
     * No status.
     *
     * @param standIn a Running that may be served instead
     */
    record Failed(SourceFailure failure, long until, Kept.@Nullable Unsettled standIn, boolean kept)
            implements Landing {
        @Override
        public Answer answer(Forward forward, boolean started, long now) {
            return failure.fetched() ? fetched(forward, started, now) : unfetched(now);
        }

        private Answer fetched(Forward forward, boolean started, long now) {
            int status = failure.upstreamStatus().orElse(0);
            return standIn != null && standIn.standsInFor(failure, now)
                    ? standIn.standIn(
                            failure, until, Provenance.fetched(Outcome.STALE, forward, status, kept, started), now)
                    : new Answer.Failure(
                            failure, left(now), Provenance.fetched(fetcher(started), forward, status, kept, started));
        }

        private Answer unfetched(long now) {
            if (standIn == null || !standIn.standsInFor(failure, now)) {
                return new Answer.Failure(failure, left(now), Provenance.NOTHING);
            }
            return standIn.isFresh(now)
                    ? standIn.hit(Outcome.MEMORY, now)
                    : standIn.standIn(failure, until, standIn.staleHit(now), now);
        }

        private long left(long now) {
            return Math.max(0, until - now);
        }
    }

    /** Whoever spends {@code allowance} may not fetch now; the others may try on their own account. */
    record Refused(FetchAllowance allowance, Duration retryAfter) implements Landing {
        @Override
        public Answer answer(Forward forward, boolean started, long now) {
            long left = retryAfter.toNanos();
            return new Answer.Failure(
                    SourceFailure.unfetched(FailureReason.RATE_LIMITED).retryingAt(now + left),
                    left,
                    Provenance.NOTHING);
        }
    }

    private static Outcome fetcher(boolean started) {
        return started ? Outcome.UPSTREAM : Outcome.JOINED;
    }
}
