package io.taskstatus.gateway.lookup;

import io.taskstatus.gateway.lookup.Kept.Failed;
import io.taskstatus.gateway.lookup.Kept.Settled;
import io.taskstatus.gateway.lookup.Kept.Unsettled;
import io.taskstatus.gateway.lookup.Provenance.Forward;
import io.taskstatus.gateway.lookup.Question.Directive;
import io.taskstatus.gateway.lookup.ResultStore.Held;
import io.taskstatus.gateway.status.ExecutionId;
import io.taskstatus.gateway.status.StatusSnapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Answers what the status of an execution is: from memory, else by a flight that asks the store and then the source.
 * {@link #statusOf} is the whole story; read it first.
 */
public final class StatusLookup {
    /** How long a question is held back by a read of the store before the fetch starts beside it. */
    private static final Duration STORE_PATIENCE = Duration.ofMillis(50);

    private final SnapshotMemory memory;
    private final Flights flights;
    private final ResultStore store;
    private final StatusSource source;
    private final FreshnessPolicy freshness;
    private final Duration deadline;
    private final LookupObserver observer;
    private final Time time;
    private volatile boolean stopping;

    /**
     * @param memoryWeight what memory may hold, in bytes
     * @param deadline how long a question waits at most for a slow store where no fetch is possible
     * @param executor runs flights; its threads may block
     */
    public StatusLookup(
            ResultStore store,
            StatusSource source,
            FreshnessPolicy freshness,
            long memoryWeight,
            Duration deadline,
            Executor executor,
            LookupObserver observer,
            Time time) {
        this.store = store;
        this.source = source;
        this.freshness = freshness;
        this.deadline = deadline;
        this.observer = observer;
        this.time = time;
        this.memory = new SnapshotMemory(memoryWeight, time);
        this.flights = new Flights(executor, this::landPanic);
        store.onLateConflict(this::standCorrected);
    }

    /**
     * Answers {@code question}, blocking while a flight is under way.
     *
     * <p>Two callers never fetch one id at the same time, and none fetches what another has just brought: (1) both miss
     * memory; (2) the first flies, keeps, lands; (3) the second starts a flight of its own, which looks in memory again.
     */
    public Answer statusOf(Question question) throws InterruptedException {
        while (true) {
            Optional<Answer> held = fromMemory(question);
            if (held.isPresent()) {
                return held.get();
            }
            if (question.directive() == Directive.ONLY_IF_CACHED) {
                return fromStoreAlone(question);
            }
            Forward forward = whyForward(question);
            Flights.Seat seat = flights.join(question.id(), flight -> fly(question, flight));
            Landing landing = seat.flight().await();
            boolean others = landing instanceof Landing.Refused refused
                    && !refused.allowance().equals(question.allowance());
            if (!others) {
                return answer(landing, forward, seat.started());
            }
        }
    }

    /**
     * The answer that memory alone gives, if it does: never blocks, made for the event loop. The one place that decides
     * whether what memory holds may be served.
     */
    public Optional<Answer> fromMemory(Question question) {
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
                            ? hit(kept, now)
                            : keptFailure(failing, kept, Outcome.MEMORY, now));
        }
        boolean refetch = directive == Directive.NO_CACHE && mayRefetch(kept.askedAt(), now);
        return kept.isFresh(now) && !refetch ? Optional.of(hit(kept, now)) : Optional.empty();
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
        return usable ? Optional.of(keptFailure(kept, null, Outcome.MEMORY, now)) : Optional.empty();
    }

    private static boolean mayRefetch(long askedAt, long now) {
        return now - askedAt >= FreshnessPolicy.REFETCH_INTERVAL;
    }

    private static Answer hit(Unsettled kept, long now) {
        long left = kept.freshUntil() - now;
        return new Answer.Status(kept.snapshot(), left, Provenance.hit(Outcome.MEMORY, Time.wholeSeconds(left)));
    }

    /** The outcome of a failed fetch, while it stands: the Running that may stand in, else the failure itself. */
    private static Answer keptFailure(Failed failed, @Nullable Unsettled standIn, Outcome from, long now) {
        long left = Math.max(0, failed.until() - now);
        if (standIn != null && standIn.standsInFor(failed.failure(), now)) {
            return new Answer.Status(standIn.snapshot(), left, Provenance.hit(Outcome.STALE, staleTtl(standIn, now)));
        }
        return new Answer.Failure(failed.failure(), left, Provenance.hit(from, Time.wholeSeconds(left)));
    }

    private static long staleTtl(Unsettled kept, long now) {
        return Math.min(-1, Math.floorDiv(kept.freshUntil() - now, 1_000_000_000L));
    }

    private Forward whyForward(Question question) {
        if (!(memory.get(question.id()) instanceof Unsettled kept)) {
            boolean refetched = question.directive() == Directive.NO_CACHE
                    && memory.get(question.id()) instanceof Failed failed
                    && failed.isFresh(time.ticks());
            return refetched ? Forward.REQUEST : Forward.URI_MISS;
        }
        return kept.isFresh(time.ticks()) ? Forward.REQUEST : Forward.STALE;
    }

    /** The work of a flight: memory again, then the store, then the source; keeps what it brings. */
    private Landing fly(Question question, Flight flight) {
        Optional<Answer> arrived = fromMemory(question);
        if (arrived.isPresent()) {
            return new Landing.FromTier(arrived.get());
        }
        long start = time.ticks();
        Future<Optional<Held>> read = store.find(question.id());
        Optional<Held> stored = await(read, STORE_PATIENCE);
        if (stored.isPresent()) {
            return landHeld(stored.get(), flight);
        }
        if (stopping) {
            Fetched.Failed told = new Fetched.Failed(SourceFailure.unfetched(FailureReason.SHUTTING_DOWN));
            return landFailure(told, question.id(), start, read, flight);
        }
        Duration refusedFor = question.allowance().take();
        if (refusedFor.isPositive()) {
            return new Landing.Refused(question.allowance(), refusedFor);
        }
        return switch (ask(question)) {
            case Fetched.Found found -> landFound(found, read, flight);
            case Fetched.Failed failed -> landFailure(failed, question.id(), start, read, flight);
        };
    }

    private Fetched ask(Question question) {
        return question.directive() == Directive.NO_CACHE
                ? source.fetchAnew(question.id(), question.traceparent())
                : source.fetch(question.id(), question.traceparent());
    }

    private Landing landHeld(Held held, Flight flight) {
        keepHeld(held, flight);
        return hit(held);
    }

    private void keepHeld(Held held, Flight flight) {
        StatusSnapshot snapshot = held.snapshot();
        flight.unlessPurged(() -> memory.update(snapshot.id(), before -> new Settled(snapshot)));
    }

    private static Landing hit(Held held) {
        return new Landing.FromTier(new Answer.Status(
                held.snapshot(), Long.MAX_VALUE, Provenance.hit(Outcome.of(held.tier()), Provenance.NO_TTL)));
    }

    private Landing landFound(Fetched.Found found, Future<Optional<Held>> read, Flight flight) {
        Optional<Held> stored = await(read, Duration.ZERO);
        if (stored.isPresent()) {
            if (found.snapshot().isTerminal() && !stored.get().snapshot().sameBodyAs(found.snapshot())) {
                observer.conflict();
            }
            keepHeld(stored.get(), flight);
            return found.shared() ? hit(stored.get()) : new Landing.Overruled(stored.get(), 200);
        }
        return found.snapshot().isTerminal() ? landTerminal(found, flight) : landUnsettled(found, flight);
    }

    /** Committed (or late) before anybody is answered with it. */
    private Landing landTerminal(Fetched.Found found, Flight flight) {
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
            return hit(new Held(standing[0], conflict ? Tier.STORE : Tier.SHARED));
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

    private Landing landUnsettled(Fetched.Found found, Flight flight) {
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
                ? new Landing.FromTier(new Answer.Status(
                        snapshot,
                        freshUntil - now,
                        Provenance.hit(Outcome.SHARED, Time.wholeSeconds(freshUntil - now))))
                : new Landing.FromSource(snapshot, freshUntil, kept);
    }

    private Landing landFailure(
            Fetched.Failed fetched, ExecutionId id, long start, Future<Optional<Held>> read, Flight flight) {
        SourceFailure failure = fetched.failure();
        Duration left = deadline.minusNanos(time.ticks() - start);
        Optional<Held> stored = await(read, failure.fetched() ? STORE_PATIENCE : left);
        if (stored.isPresent()) {
            keepHeld(stored.get(), flight);
            return failure.fetched()
                    ? new Landing.Overruled(
                            stored.get(), failure.upstreamStatus().orElse(0))
                    : hit(stored.get());
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
            return new Landing.FromTier(keptFailure(failed, before, Outcome.SHARED, now));
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

    private Landing landPanic(Throwable panic) {
        observer.panicked(panic);
        long until = time.ticks() + freshness.ofFailure(FailureReason.INTERNAL_ERROR);
        return new Landing.Failed(SourceFailure.unfetched(FailureReason.INTERNAL_ERROR), until, null, false);
    }

    /** What a landing means to one of those who waited for it. */
    private Answer answer(Landing landing, Forward forward, boolean started) {
        Outcome outcome = started ? Outcome.UPSTREAM : Outcome.JOINED;
        long now = time.ticks();
        return switch (landing) {
            case Landing.FromTier tier -> tier.answer();
            case Landing.Overruled overruled ->
                new Answer.Status(
                        overruled.held().snapshot(),
                        Long.MAX_VALUE,
                        Provenance.fetched(
                                Outcome.of(overruled.held().tier()),
                                forward,
                                overruled.upstreamStatus(),
                                false,
                                started));
            case Landing.FromSource found ->
                new Answer.Status(
                        found.snapshot(),
                        found.freshUntil() == Long.MAX_VALUE ? Long.MAX_VALUE : Math.max(0, found.freshUntil() - now),
                        Provenance.fetched(outcome, forward, 200, found.kept(), started));
            case Landing.Failed failed -> failed(failed, forward, outcome, started, now);
            case Landing.Refused refused ->
                new Answer.Failure(
                        SourceFailure.unfetched(FailureReason.RATE_LIMITED)
                                .retryingAt(now + refused.retryAfter().toNanos()),
                        refused.retryAfter().toNanos(),
                        Provenance.NOTHING);
        };
    }

    private static Answer failed(Landing.Failed landing, Forward forward, Outcome outcome, boolean started, long now) {
        SourceFailure failure = landing.failure();
        Unsettled standIn = landing.standIn();
        boolean fetched = failure.fetched();
        long left = Math.max(0, landing.until() - now);
        int status = failure.upstreamStatus().orElse(0);
        if (standIn != null && standIn.standsInFor(failure, now)) {
            if (!fetched && standIn.isFresh(now)) {
                return hit(standIn, now);
            }
            return new Answer.Status(
                    standIn.snapshot(),
                    left,
                    fetched
                            ? Provenance.fetched(Outcome.STALE, forward, status, landing.kept(), started)
                            : Provenance.hit(Outcome.STALE, staleTtl(standIn, now)));
        }
        return new Answer.Failure(
                failure,
                left,
                fetched ? Provenance.fetched(outcome, forward, status, landing.kept(), started) : Provenance.NOTHING);
    }

    private Answer fromStoreAlone(Question question) {
        Optional<Held> stored = await(store.find(question.id()), deadline);
        if (stored.isEmpty()) {
            return new Answer.Failure(SourceFailure.unfetched(FailureReason.NOT_CACHED), 0, Provenance.NOTHING);
        }
        return new Answer.Status(
                stored.get().snapshot(),
                Long.MAX_VALUE,
                Provenance.hit(Outcome.of(stored.get().tier()), Provenance.NO_TTL));
    }

    private static Optional<Held> await(Future<Optional<Held>> read, Duration patience) {
        try {
            return read.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException | CancellationException slowOrBroken) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /**
     * Removes what every tier holds of {@code id} and answers with the tiers that held a result. Neither a flight under
     * way nor a queued write brings the old body back: flights are told before and after the store forgets, and memory
     * comes last, so that a flight that read the old body in between finds no way to keep it.
     *
     * @throws StoreUnavailableException if the store can't forget now
     */
    public Set<Tier> forget(ExecutionId id) {
        flights.purge(id);
        Set<Tier> removed = EnumSet.noneOf(Tier.class);
        removed.addAll(store.forget(id));
        flights.purge(id);
        if (memory.get(id) instanceof Settled || memory.get(id) instanceof Unsettled) {
            removed.add(Tier.MEMORY);
        }
        memory.remove(id);
        return removed;
    }

    /** Takes {@code id} out of memory alone, as when another replica purged it. */
    public void forgetLocally(ExecutionId id) {
        flights.purge(id);
        memory.remove(id);
    }

    /**
     * Keeps terminal results that an operator brings, as a fetch would have: an id that is Running in memory is terminal
     * from here on. Says of each, in order, what became of it.
     *
     * @throws StoreUnavailableException if the store can't commit them now
     */
    public List<ResultStore.Import> importAll(List<StatusSnapshot> results) {
        List<ResultStore.Import> outcomes = store.importAll(results);
        List<ResultStore.Import> settled = new ArrayList<>(outcomes.size());
        for (int i = 0; i < outcomes.size(); i++) {
            settled.add(settleImported(results.get(i), outcomes.get(i)));
        }
        return settled;
    }

    /** The store held an earlier result than the one that memory got while the store was slow: the first stands. */
    private void standCorrected(StatusSnapshot standing) {
        observer.conflict();
        memory.update(standing.id(), before -> before instanceof Settled ? new Settled(standing) : before);
    }

    /** A conflict takes what is not terminal out of memory: the store knows better. */
    private ResultStore.Import settleImported(StatusSnapshot result, ResultStore.Import outcome) {
        ResultStore.Import[] settled = {outcome};
        memory.update(result.id(), before -> {
            if (before instanceof Settled earlier) {
                if (outcome == ResultStore.Import.IMPORTED) {
                    settled[0] = earlier.snapshot().sameBodyAs(result)
                            ? ResultStore.Import.ALREADY_THERE
                            : ResultStore.Import.CONFLICT;
                }
                return earlier;
            }
            return outcome == ResultStore.Import.CONFLICT ? null : new Settled(result);
        });
        return settled[0];
    }

    /**
     * What each tier holds of {@code id}, nearest first; fetches nothing.
     *
     * @throws StoreUnavailableException if no tier that can be asked holds anything
     */
    public List<Held> inspect(ExecutionId id) {
        List<Held> held = new ArrayList<>();
        switch (memory.get(id)) {
            case Settled settled -> held.add(new Held(settled.snapshot(), Tier.MEMORY));
            case Unsettled unsettled -> held.add(new Held(unsettled.snapshot(), Tier.MEMORY));
            case null, default -> {}
        }
        try {
            held.addAll(store.inspect(id));
        } catch (StoreUnavailableException unreadable) {
            if (held.isEmpty()) {
                throw unreadable;
            }
        }
        return held;
    }

    /** From here on no fetch is started; what is under way goes on. */
    public void stop() {
        stopping = true;
    }

    /** Entries in memory, at a glance. */
    public long memoryEntries() {
        return memory.entries();
    }

    /** Bytes that count against the limit of memory. */
    public long memoryBytes() {
        return memory.weight();
    }

    /** Entries that had to leave memory for want of room. */
    public long memoryEvictions() {
        return memory.evictions();
    }
}
