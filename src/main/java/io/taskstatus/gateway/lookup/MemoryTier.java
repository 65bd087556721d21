package io.taskstatus.gateway.lookup;

import io.taskstatus.gateway.lookup.Kept.Failed;
import io.taskstatus.gateway.lookup.Kept.Settled;
import io.taskstatus.gateway.lookup.Kept.Unsettled;
import io.taskstatus.gateway.lookup.Provenance.Forward;
import io.taskstatus.gateway.lookup.Question.Directive;
import io.taskstatus.gateway.status.ExecutionId;
import java.util.Optional;
import java.util.function.Consumer;

/** Decides whether what memory holds may be served, and if it may not, why a question goes further. */
final class MemoryTier {
    private final SnapshotMemory memory;
    private final Time time;

    MemoryTier(SnapshotMemory memory, Time time) {
        this.memory = memory;
        this.time = time;
    }

    /** @param listener hears of each id that something new is held of; it never blocks */
    void onChange(Consumer<ExecutionId> listener) {
        memory.onChange(listener);
    }

    /**
     * The answer that memory alone gives, if it does: never blocks, made for the event loop. The one place that decides
     * whether what memory holds may be served.
     */
    Optional<Answer> answer(Question question) {
        Kept kept = memory.get(question.id());
        return switch (kept) {
            case null -> Optional.empty();
            case Settled settled ->
                Optional.of(new Answer.Status(settled.snapshot(), Long.MAX_VALUE, Provenance.MEMORY_HIT));
            case Unsettled unsettled -> fromUnsettled(unsettled, question.directive(), time.ticks());
            case Failed failed -> fromFailed(failed, question.directive(), time.ticks());
        };
    }

    private Optional<Answer> fromUnsettled(Unsettled kept, Directive directive, long now) {
        boolean cachedOnly = directive == Directive.ONLY_IF_CACHED;
        Failed failing = kept.failing();
        if (failing != null && failing.isFresh(now) && !cachedOnly) {
            return Optional.of(
                    kept.isFresh(now) && kept.standsInFor(failing.failure(), now)
                            ? kept.hit(Outcome.MEMORY, now)
                            : failing.hit(kept, Outcome.MEMORY, now));
        }
        boolean refetch = directive == Directive.NO_CACHE && mayRefetch(kept.askedAt(), now);
        if (failing != null && directive == Directive.NO_CACHE && !refetch && !kept.isFresh(now)) {
            // a not-found that contradicts a Running is not kept, but nobody makes us ask for it more than twice a
            // second
            return Optional.of(failing.hit(kept, Outcome.MEMORY, now));
        }
        return kept.isFresh(now) && !refetch ? Optional.of(kept.hit(Outcome.MEMORY, now)) : Optional.empty();
    }

    private Optional<Answer> fromFailed(Failed kept, Directive directive, long now) {
        if (!kept.isFresh(now)) {
            return Optional.empty();
        }
        boolean notFound = kept.failure().reason() == FailureReason.EXECUTION_NOT_FOUND;
        boolean usable =
                switch (directive) {
                    case NONE -> true;
                    case NO_CACHE -> !notFound || !mayRefetch(kept.at(), now);
                    case ONLY_IF_CACHED -> notFound;
                };
        return usable ? Optional.of(kept.hit(null, Outcome.MEMORY, now)) : Optional.empty();
    }

    /**
     * The Running or unknown status that may be served while a flight for it is under way, if there is one.
     *
     * @param started whether the question set the flight off
     */
    Optional<Answer> standIn(ExecutionId id, boolean started) {
        long now = time.ticks();
        if (!(memory.get(id) instanceof Unsettled kept) || kept.graceUntil() - now <= 0) {
            return Optional.empty();
        }
        Answer answer = kept.isFresh(now)
                ? kept.hit(Outcome.MEMORY, now)
                : new Answer.Status(kept.snapshot(), 0, kept.staleHit(now));
        return Optional.of(started ? answer.havingStartedFetch() : answer);
    }

    private static boolean mayRefetch(long askedAt, long now) {
        return now - askedAt >= FreshnessPolicy.REFETCH_INTERVAL;
    }

    /** Why a question that memory did not answer is forwarded (RFC 9211, section 2.2). */
    Forward whyForward(Question question) {
        long now = time.ticks();
        return switch (memory.get(question.id())) {
            case Unsettled kept -> kept.isFresh(now) ? Forward.REQUEST : Forward.STALE;
            case Failed failed
            when question.directive() == Directive.NO_CACHE && failed.isFresh(now) -> Forward.REQUEST;
            case null, default -> Forward.URI_MISS;
        };
    }
}
