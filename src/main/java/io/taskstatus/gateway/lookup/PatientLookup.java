package io.taskstatus.gateway.lookup;

import io.taskstatus.gateway.status.ExecutionId;
import io.taskstatus.gateway.status.StatusSnapshot;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Answers callers who have patience: they sleep until there is news of their id. However many wait for one id, one {@link
 * Watch} asks for all of them, at the pace of what it gets, and ends when the last one leaves.
 */
public final class PatientLookup {
    /** How long an id that is not found is asked for again: a new one may lag. */
    public static final Duration LAG = Duration.ofSeconds(3);

    private final StatusLookup lookup;
    private final int maxWaiters;
    private final Executor executor;
    private final Time time;
    private final ConcurrentHashMap<ExecutionId, Watch> watches = new ConcurrentHashMap<>();
    private final AtomicInteger waiters = new AtomicInteger();
    private volatile boolean stopping;

    /**
     * @param maxWaiters how many may wait at once
     * @param executor runs each watch; its threads may block
     */
    public PatientLookup(StatusLookup lookup, int maxWaiters, Executor executor, Time time) {
        this.lookup = lookup;
        this.maxWaiters = maxWaiters;
        this.executor = executor;
        this.time = time;
        lookup.onChange(this::changed);
    }

    /** Who waits for {@code id} is woken by whatever lands, not by the next question of its watch alone. */
    private void changed(ExecutionId id) {
        Watch watch = watches.get(id);
        if (watch != null) {
            watch.look();
        }
    }

    /**
     * The first answer for one who waits at most for {@code longest}: where it takes longer to fetch it, a Running that memory
     * holds stands in. Zero is no wait: then the answer is what everybody gets.
     */
    public Answer statusOf(Question question, Duration longest) throws InterruptedException {
        return longest.isZero() ? lookup.statusOf(question) : lookup.statusOf(question, longest);
    }

    /** A place among the waiters for {@code id} for a caller without limits. */
    public Optional<Vigil> watch(ExecutionId id) {
        return watch(id, FetchAllowance.UNLIMITED);
    }

    /**
     * A place among the waiters for {@code id}, or nothing where there is no room. The caller closes it.
     *
     * @param allowance what the caller may spend on the fetches that all who wait for {@code id} share
     */
    public Optional<Vigil> watch(ExecutionId id, FetchAllowance allowance) {
        if (waiters.incrementAndGet() > maxWaiters) {
            waiters.decrementAndGet();
            return Optional.empty();
        }
        Watch watch;
        try {
            watch = watches.compute(id, (key, running) -> enter(key, running, allowance));
        } catch (RuntimeException | Error notStarted) {
            waiters.decrementAndGet();
            throw notStarted;
        }
        if (stopping) {
            watch.stop();
        }
        return Optional.of(new Vigil(watch.new Reader(), () -> leave(id, watch, allowance)));
    }

    private Watch enter(ExecutionId id, @Nullable Watch running, FetchAllowance allowance) {
        Watch watch = running == null ? new Watch(id, lookup, ended -> watches.remove(id, ended)) : running;
        watch.enter(allowance);
        if (running == null) {
            executor.execute(watch);
        }
        return watch;
    }

    private void leave(ExecutionId id, Watch watch, FetchAllowance allowance) {
        waiters.decrementAndGet();
        watches.computeIfPresent(id, (key, running) -> {
            if (running != watch || watch.leave(allowance) > 0) {
                return running;
            }
            watch.stop();
            return null;
        });
    }

    /**
     * Waits on {@code vigil} until the task is terminal, until its status can't be known, until {@code enough} holds of
     * it, or until {@code patience} ends, and answers with the latest. {@code first} is what the caller's own question
     * brought.
     */
    public Answer await(Vigil vigil, Answer first, Duration patience, Predicate<StatusSnapshot> enough)
            throws InterruptedException {
        long start = time.ticks();
        long missingSince = start;
        Answer latest = first;
        while (!isOver(latest, enough) && !stopping) {
            long now = time.ticks();
            Duration left = patience.minusNanos(now - start);
            Duration lag = LAG.minusNanos(now - missingSince);
            Duration longest = latest.isNotFound() && lag.compareTo(left) < 0 ? lag : left;
            Optional<Answer> news = longest.isPositive() ? vigil.news(longest) : Optional.empty();
            if (news.isEmpty()) {
                return refreshed(latest).after(first);
            }
            missingSince = latest.isNotFound() ? missingSince : time.ticks();
            latest = news.get();
        }
        return (stopping ? refreshed(latest) : latest).after(first);
    }

    /** Whether a wait ends with {@code answer}, whatever patience is left. */
    public static boolean isOver(Answer answer, Predicate<StatusSnapshot> enough) {
        return switch (answer) {
            case Answer.Status status -> status.snapshot().isTerminal() || enough.test(status.snapshot());
            case Answer.Failure failed -> !failed.isNotFound();
        };
    }

    /** The same status as memory tells it now: its age and freshness have changed while the caller slept. */
    private Answer refreshed(Answer latest) {
        return latest instanceof Answer.Status status
                ? lookup.fromMemory(Question.about(status.snapshot().id())).orElse(latest)
                : latest;
    }

    /** Lets everybody go with what is known now. */
    public void stop() {
        stopping = true;
        watches.values().forEach(Watch::stop);
    }

    /** Whether {@link #stop} was called. */
    public boolean isStopping() {
        return stopping;
    }

    /** How many wait now. */
    public int waiters() {
        return waiters.get();
    }
}
