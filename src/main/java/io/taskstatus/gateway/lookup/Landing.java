package io.taskstatus.gateway.lookup;

import io.taskstatus.gateway.lookup.ResultStore.Held;
import io.taskstatus.gateway.status.StatusSnapshot;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a flight brought, for everybody who waits for it. */
sealed interface Landing {
    /** A tier answered after all; nothing was fetched. */
    record FromTier(Answer answer) implements Landing {}

    /** The upstream gave a status. */
    record FromSource(StatusSnapshot snapshot, long freshUntil, boolean kept) implements Landing {}

    /** The upstream was asked, but what the store held stands. */
    record Overruled(Held held, int upstreamStatus) implements Landing {}

    /**
     * No status.
     *
     * @param standIn a Running that may be served instead
     */
    record Failed(SourceFailure failure, long until, Kept.@Nullable Unsettled standIn, boolean kept)
            implements Landing {}

    /** Whoever spends {@code allowance} may not fetch now; the others may try on their own account. */
    record Refused(FetchAllowance allowance, Duration retryAfter) implements Landing {}
}
