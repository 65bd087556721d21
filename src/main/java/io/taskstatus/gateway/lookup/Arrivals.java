package io.taskstatus.gateway.lookup;

import io.taskstatus.gateway.lookup.Kept.Failed;
import io.taskstatus.gateway.lookup.Kept.Settled;
import io.taskstatus.gateway.lookup.Kept.Unsettled;
import io.taskstatus.gateway.lookup.ResultStore.Held;
import io.taskstatus.gateway.status.ExecutionId;
import io.taskstatus.gateway.status.StatusSnapshot;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Keeps what a flight brings, as long as its kind allows, and says what the flight landed with. */
final class Arrivals {
    private final SnapshotMemory memory;
    private final ResultStore store;
    private final FreshnessPolicy freshness;
    private final LookupObserver observer;
    private final Time time;

    Arrivals(SnapshotMemory memory, ResultStore store, FreshnessPolicy freshness, LookupObserver observer, Time time) {
        this.memory = memory;
        this.store = store;
        this.freshness = freshness;
        this.observer = observer;
        this.time = time;
    }

    /** What the store held. */
    Landing held(Held held, Flight flight) {
        keepHeld(held, flight);
        return new Landing.FromTier(held);
    }

    private void keepHeld(Held held, Flight flight) {
        StatusSnapshot snapshot = held.snapshot();
        flight.unlessPurged(() -> memory.update(snapshot.id(), before -> new Settled(snapshot)));
    }

    /** A status from the source, unless {@code read} has found by now what was kept before. */
    Landing found(Fetched.Found found, StoreRead read, Flight flight) {
        Optional<Held> stored = read.within(Duration.ZERO);
        if (stored.isPresent()) {
            if (found.snapshot().isTerminal() && !stored.get().snapshot().sameBodyAs(found.snapshot())) {
                observer.conflict();
            }
            keepHeld(stored.get(), flight);
            return found.shared() ? new Landing.FromTier(stored.get()) : new Landing.Overruled(stored.get(), 200);
        }
        return found.snapshot().isTerminal() ? terminal(found, flight) : unsettled(found, flight);
    }

    /** Committed (or late) before anybody is answered with it. */
    private Landing terminal(Fetched.Found found, Flight flight) {
        StatusSnapshot fetched = found.snapshot();
        StatusSnapshot[] standing = {fetched};
        boolean kept = flight.unlessPurged(() -> {
            standing[0] = store.keep(fetched);
            memory.update(fetched.id(), before -> settle(standing[0], before));
        });
        boolean conflict = !standing[0].sameBodyAs(fetched);
        if (conflict) {
            observer.conflict();
        }
        if (found.shared()) {
            return new Landing.FromTier(new Held(standing[0], conflict ? Tier.STORE : Tier.SHARED));
        }
        if (conflict) {
            return new Landing.Overruled(new Held(standing[0], Tier.STORE), 200);
        }
        return new Landing.FromSource(standing[0], Long.MAX_VALUE, kept);
    }

    private Kept settle(StatusSnapshot snapshot, @Nullable Kept before) {
        if (before instanceof Unsettled unsettled) {
            observer.settled(snapshot.status(), Duration.ofNanos(time.ticks() - unsettled.firstSeen()));
        }
        return before instanceof Settled ? before : new Settled(snapshot);
    }

    private Landing unsettled(Fetched.Found found, Flight flight) {
        StatusSnapshot snapshot = found.snapshot();
        long now = time.ticks();
        long age = found.from().map(from -> from.age().toNanos()).orElse(0L);
        long seenBefore = found.from().map(from -> from.seenFor().toNanos()).orElse(0L);
        long firstSeen = now - age - seenBefore;
        if (memory.get(snapshot.id()) instanceof Unsettled before && before.firstSeen() - firstSeen < 0) {
            firstSeen = before.firstSeen();
        }
        long freshFor = freshness.ofRunning(now - firstSeen);
        long freshUntil = now + Math.max(0, freshFor - age);
        Unsettled unsettled =
                new Unsettled(snapshot, firstSeen, now - age, freshUntil, freshUntil + freshness.grace(), null);
        boolean kept = flight.unlessPurged(
                () -> memory.update(snapshot.id(), before -> before instanceof Settled ? before : unsettled));
        return found.shared()
                ? new Landing.FromTier(unsettled.hit(Outcome.SHARED, now))
                : new Landing.FromSource(snapshot, freshUntil, kept);
    }

    /**
     * A failure of the source, unless {@code read} finds a result.
     *
     * @param left how long the read is waited for where nothing was fetched
     */
    Landing failed(Fetched.Failed fetched, ExecutionId id, StoreRead read, Duration left, Flight flight) {
        SourceFailure failure = fetched.failure();
        Optional<Held> stored = read.within(failure.fetched() ? StatusLookup.STORE_PATIENCE : left);
        if (stored.isPresent()) {
            keepHeld(stored.get(), flight);
            return failure.fetched()
                    ? new Landing.Overruled(
                            stored.get(), failure.upstreamStatus().orElse(0))
                    : new Landing.FromTier(stored.get());
        }
        long now = time.ticks();
        long at = now - fetched.from().map(from -> from.age().toNanos()).orElse(0L);
        long until = at + freshness.ofFailure(failure.reason());
        Unsettled before = memory.get(id) instanceof Unsettled unsettled ? unsettled : null;
        boolean contradicted = failure.reason() == FailureReason.EXECUTION_NOT_FOUND
                && before != null
                && now - before.seenAt() < FreshnessPolicy.RUNNING_MEMORY;
        // of what contradicts a Running, only when it was asked for is kept
        Failed failed = new Failed(failure, at, contradicted ? at : until);
        boolean noted = failure.fetched()
                && flight.unlessPurged(() -> memory.update(id, held -> fail(held, failed, contradicted)));
        if (fetched.from().isPresent()) {
            return new Landing.FromTier(failed.hit(before, Outcome.SHARED, now));
        }
        return new Landing.Failed(failure, until, before, noted && !contradicted);
    }

    private static Kept fail(@Nullable Kept held, Failed failed, boolean contradicted) {
        return switch (held) {
            case Settled settled -> settled;
            case Unsettled unsettled
            when contradicted || failed.failure().reason() != FailureReason.EXECUTION_NOT_FOUND ->
                unsettled.failing(failed);
            case null, default -> failed;
        };
    }

    /** The flight's own work threw. */
    Landing panicked(Throwable panic) {
        observer.panicked(panic);
        long until = time.ticks() + freshness.ofFailure(FailureReason.INTERNAL_ERROR);
        return new Landing.Failed(SourceFailure.unfetched(FailureReason.INTERNAL_ERROR), until, null, false);
    }
}
