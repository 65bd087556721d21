package io.taskstatus.gateway.lookup;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Why no status could be had.
 *
 * @param reason the row of the error table
 * @param upstreamStatus the HTTP status of the upstream's last answer, if there was one
 * @param message the upstream's own words, already made safe to pass on
 * @param retryAt when a pause or an open circuit ends, in {@link Time#ticks()}
 * @param fetched whether the upstream was asked: only then is the failure kept for a while
 */
public record SourceFailure(
        FailureReason reason,
        OptionalInt upstreamStatus,
        Optional<String> message,
        OptionalLong retryAt,
        boolean fetched) {

    /** A failure that no call to the upstream led to. */
    public static SourceFailure unfetched(FailureReason reason) {
        return new SourceFailure(reason, OptionalInt.empty(), Optional.empty(), OptionalLong.empty(), false);
    }

    /** A failure of a fetch that got no answer from the upstream. */
    public static SourceFailure unanswered(FailureReason reason) {
        return new SourceFailure(reason, OptionalInt.empty(), Optional.empty(), OptionalLong.empty(), true);
    }

    /** A failure of a fetch that the upstream answered with {@code upstreamStatus}. */
    public static SourceFailure answered(FailureReason reason, int upstreamStatus) {
        return new SourceFailure(reason, OptionalInt.of(upstreamStatus), Optional.empty(), OptionalLong.empty(), true);
    }

    /** This failure with the upstream's own words. */
    public SourceFailure saying(Optional<String> words) {
        return new SourceFailure(reason, upstreamStatus, words, retryAt, fetched);
    }

    /** This failure with the time from which asking again makes sense, in {@link Time#ticks()}. */
    public SourceFailure retryingAt(long ticks) {
        return new SourceFailure(reason, upstreamStatus, message, OptionalLong.of(ticks), fetched);
    }

    /** The same cause for a request that started no fetch, as everybody gets while the upstream pauses us. */
    public SourceFailure withoutFetch() {
        return new SourceFailure(reason, upstreamStatus, message, retryAt, false);
    }

    /** What a person reads: the upstream's words, else the reason's own sentence. */
    public String detail() {
        return message.orElseGet(reason::detail);
    }
}
