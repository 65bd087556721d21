package io.taskstatus.gateway.lookup;

import io.taskstatus.gateway.lookup.Provenance.Forward;
import io.taskstatus.gateway.lookup.Question.Directive;
import io.taskstatus.gateway.lookup.ResultStore.Held;
import io.taskstatus.gateway.status.ExecutionId;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Answers what the status of an execution is: from memory, else by a flight that asks the store and then the source.
 * {@link #statusOf} is the whole story; read it first.
 */
public final class StatusLookup {
    /** How long a question is held back by a read of the store before the fetch starts beside it. */
    static final Duration STORE_PATIENCE = Duration.ofMillis(50);

    private final MemoryTier memory;
    private final Flights flights;
    private final ResultStore store;
    private final StatusSource source;
    private final Arrivals arrivals;
    private final Holdings holdings;
    private final Duration deadline;
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
        SnapshotMemory snapshots = new SnapshotMemory(memoryWeight, time);
        this.store = store;
        this.source = source;
        this.deadline = deadline;
        this.time = time;
        this.memory = new MemoryTier(snapshots, time);
        this.arrivals = new Arrivals(snapshots, store, freshness, observer, time);
        this.flights = new Flights(executor, arrivals::panicked);
        this.holdings = new Holdings(snapshots, flights, store, observer);
    }

    /**
     * Answers {@code question}, blocking while a flight is under way.
     *
     * <p>Two callers never fetch one id at the same time, and none fetches what another has just brought: (1) both miss
     * memory; (2) the first flies, keeps, lands; (3) the second starts a flight of its own, which looks in memory again.
     */
    public Answer statusOf(Question question) throws InterruptedException {
        return statusOf(question, Optional.empty());
    }

    /**
     * The same, but where the flight takes longer than {@code patience}, a Running that memory holds stands in.
     *
     * @param patience zero or more
     */
    Answer statusOf(Question question, Duration patience) throws InterruptedException {
        return statusOf(question, Optional.of(time.ticks() + patience.toNanos()));
    }

    /** @param until when a Running that is held may stand in, in {@link Time#ticks()}; never where there is none */
    private Answer statusOf(Question question, Optional<Long> until) throws InterruptedException {
        while (true) {
            Optional<Answer> held = memory.answer(question);
            if (held.isPresent()) {
                return held.get();
            }
            if (question.directive() == Directive.ONLY_IF_CACHED) {
                return fromStoreAlone(question.id());
            }
            Forward forward = memory.whyForward(question);
            Flights.Seat seat = flights.join(question.id(), flight -> fly(question, flight));
            if (until.isPresent() && !seat.flight().lands(until.get() - time.ticks())) {
                Optional<Answer> standIn = memory.standIn(question.id(), seat.started());
                if (standIn.isPresent()) {
                    return standIn.get();
                }
            }
            Landing landing = seat.flight().await();
            boolean others = landing instanceof Landing.Refused refused
                    && !refused.allowance().equals(question.allowance());
            if (!others) {
                return landing.answer(forward, seat.started(), time.ticks());
            }
        }
    }

    /** The answer that memory alone gives, if it does: never blocks, made for the event loop. */
    public Optional<Answer> fromMemory(Question question) {
        return memory.answer(question);
    }

    /** @param listener hears of each id that something new is held of, whoever brought it; it never blocks */
    void onChange(Consumer<ExecutionId> listener) {
        memory.onChange(listener);
    }

    /** The work of a flight: memory again, then the store, then the source; keeps what it brings. */
    private Landing fly(Question question, Flight flight) {
        Optional<Answer> arrived = memory.answer(question);
        if (arrived.isPresent()) {
            return new Landing.FromTier(arrived.get());
        }
        long start = time.ticks();
        StoreRead read = new StoreRead(store.find(question.id()));
        Optional<Held> stored = read.within(STORE_PATIENCE);
        if (stored.isPresent()) {
            return arrivals.held(stored.get(), flight);
        }
        Duration refusedFor = stopping ? Duration.ZERO : question.allowance().take();
        if (refusedFor.isPositive()) {
            return new Landing.Refused(question.allowance(), refusedFor);
        }
        return switch (ask(question)) {
            case Fetched.Found found -> arrivals.found(found, read, flight);
            case Fetched.Failed failed ->
                arrivals.failed(failed, question.id(), read, deadline.minusNanos(time.ticks() - start), flight);
        };
    }

    private Fetched ask(Question question) {
        if (stopping) {
            return new Fetched.Failed(SourceFailure.unfetched(FailureReason.SHUTTING_DOWN));
        }
        return question.directive() == Directive.NO_CACHE
                ? source.fetchAnew(question.id(), question.traceparent())
                : source.fetch(question.id(), question.traceparent());
    }

    private Answer fromStoreAlone(ExecutionId id) {
        Optional<Held> stored = new StoreRead(store.find(id)).within(deadline);
        return stored.isPresent()
                ? new Landing.FromTier(stored.get()).answer()
                : new Answer.Failure(SourceFailure.unfetched(FailureReason.NOT_CACHED), 0, Provenance.NOTHING);
    }

    /** What the tiers hold, for operators. */
    public Holdings holdings() {
        return holdings;
    }

    /** From here on no fetch is started; what is under way goes on. */
    public void stop() {
        stopping = true;
    }
}
