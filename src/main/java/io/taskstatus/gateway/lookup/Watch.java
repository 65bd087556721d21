package io.taskstatus.gateway.lookup;

import io.taskstatus.gateway.status.ExecutionId;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Asks for one id, as often as what it gets is no longer fresh, and wakes those who wait for news of it. */
final class Watch implements Runnable {
    /** The shortest pause between two questions, whatever freshness is configured. */
    private static final long PAUSE = Duration.ofMillis(20).toNanos();
    /** Somebody else may join in the meantime who may fetch. */
    private static final Duration LONGEST_REFUSAL = Duration.ofSeconds(1);

    /** The longest between two questions for an id that is not found. */
    private static final long LONGEST_LAG = Duration.ofSeconds(1).toNanos();

    /** One answer worth waking for. {@code superseded} opens when there is a newer one, or none will come. */
    private static final class News {
        final @Nullable Answer answer;
        final CountDownLatch superseded = new CountDownLatch(1);

        News(@Nullable Answer answer) {
            this.answer = answer;
        }
    }

    private final ExecutionId id;
    private final Question anyFresh;
    private final Question anew;
    private final StatusLookup lookup;
    private final Consumer<Watch> onEnd;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile News latest = new News(null);
    /** What those who wait may spend, with how many share each. */
    private final ConcurrentHashMap<FetchAllowance, Integer> allowances = new ConcurrentHashMap<>();

    private int watchers;
    private volatile boolean asking;

    Watch(ExecutionId id, StatusLookup lookup, Consumer<Watch> onEnd) {
        this.id = id;
        this.anyFresh = new Question(id, Question.Directive.NONE, Optional.empty(), this::take);
        this.anew = new Question(id, Question.Directive.NO_CACHE, Optional.empty(), this::take);
        this.lookup = lookup;
        this.onEnd = onEnd;
    }

    /** Guarded by whoever owns the watches: one more waits. */
    void enter(FetchAllowance allowance) {
        allowances.merge(allowance, 1, Integer::sum);
        watchers++;
    }

    /** Guarded likewise: one less waits. Answers how many do. */
    int leave(FetchAllowance allowance) {
        allowances.computeIfPresent(allowance, (key, count) -> count == 1 ? null : count - 1);
        return --watchers;
    }

    /** One fetch out of the allowance of anybody who waits, else the time until somebody has one. */
    private Duration take() {
        Duration shortest = LONGEST_REFUSAL;
        for (FetchAllowance allowance : allowances.keySet()) {
            Duration left = allowance.take();
            if (left.isZero()) {
                return left;
            }
            shortest = left.compareTo(shortest) < 0 ? left : shortest;
        }
        return shortest;
    }

    /** No more questions; everybody is woken. */
    void stop() {
        stopped.countDown();
        latest.superseded.countDown();
    }

    @Override
    public void run() {
        try {
            Question question = anyFresh;
            while (stopped.getCount() > 0) {
                asking = true;
                Answer asked = lookup.statusOf(question);
                asking = false;
                // what landed in between was in memory before anybody looked
                Answer answer = orNewer(asked);
                if (!isRefused(answer)) {
                    publish(answer);
                }
                if (answer.isTerminal() || stopped.await(pauseAfter(answer), TimeUnit.NANOSECONDS)) {
                    break;
                }
                question = answer.isNotFound() ? anew : anyFresh;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error fault) {
            // whoever watches the flights was told of it; those who wait have to know, too
            publish(new Answer.Failure(SourceFailure.unfetched(FailureReason.INTERNAL_ERROR), 0, Provenance.NOTHING));
        } finally {
            onEnd.accept(this);
            stop();
        }
    }

    /**
     * A new id may lag: one that is not found is asked for each second, however long that is kept. So is one for which a Running
     * stands in: another replica may have asked where this one may not.
     */
    private static long pauseAfter(Answer answer) {
        long pause = Math.max(answer.freshFor(), PAUSE);
        boolean mayChange = answer.isNotFound() || answer.provenance().outcome() == Outcome.STALE;
        return mayChange ? Math.min(pause, LONGEST_LAG) : pause;
    }

    /** Whether nobody who waits may fetch now: no news, and the next question comes when somebody may. */
    private static boolean isRefused(Answer answer) {
        return answer instanceof Answer.Failure failed && failed.failure().reason() == FailureReason.RATE_LIMITED;
    }

    /** Memory holds something new: it is told at once, unless this watch is asking and will tell it itself. */
    void look() {
        if (!asking) {
            lookup.fromMemory(Question.about(id))
                    .filter(Answer.Status.class::isInstance)
                    .ifPresent(this::publish);
        }
    }

    /** Called by the watch and by whoever brings something new; nothing follows what is terminal. */
    private synchronized void publish(Answer answer) {
        News before = latest;
        boolean over = before.answer != null && before.answer.isTerminal();
        if (!over && isNews(before.answer, answer)) {
            latest = new News(answer);
            before.superseded.countDown();
        }
        if (over || answer.isTerminal() || stopped.getCount() == 0) {
            stop();
        }
    }

    private static boolean isNews(@Nullable Answer before, Answer now) {
        return switch (now) {
            case Answer.Status status ->
                !(before instanceof Answer.Status known)
                        || known.snapshot().status() != status.snapshot().status()
                        || !known.snapshot().sameBodyAs(status.snapshot());
            case Answer.Failure failed ->
                !(before instanceof Answer.Failure known)
                        || known.failure().reason() != failed.failure().reason();
        };
    }

    /** One reader of the news. */
    final class Reader {
        private @Nullable News read;

        /** The latest answer that this reader has not had, waiting at most {@code patience} for one. */
        Optional<Answer> next(Duration patience) throws InterruptedException {
            News newest = latest;
            if (newest == read || newest.answer == null) {
                boolean changed = newest.superseded.await(patience.toNanos(), TimeUnit.NANOSECONDS);
                newest = latest;
                if (!changed || newest == read) {
                    return Optional.empty();
                }
            }
            read = newest;
            return Optional.ofNullable(newest.answer).map(Watch.this::orNewer);
        }
    }

    /** {@code news}, unless another's question brought another body since it came. */
    private Answer orNewer(Answer news) {
        return news instanceof Answer.Status told && !news.isTerminal()
                ? lookup.fromMemory(Question.about(id))
                        .filter(held -> held instanceof Answer.Status known
                                && !known.snapshot().sameBodyAs(told.snapshot()))
                        .orElse(news)
                : news;
    }
}
