package io.taskstatus.gateway.lookup;

import io.taskstatus.gateway.status.ExecutionId;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Asks for one id, as often as what it gets is no longer fresh, and wakes those who wait for news of it. */
final class Watch implements Runnable {
    /** The shortest pause between two questions, whatever freshness is configured. */
    private static final long PAUSE = Duration.ofMillis(20).toNanos();

    /** One answer worth waking for. {@code superseded} opens when there is a newer one, or none will come. */
    private static final class News {
        final @Nullable Answer answer;
        final CountDownLatch superseded = new CountDownLatch(1);

        News(@Nullable Answer answer) {
            this.answer = answer;
        }
    }

    private final ExecutionId id;
    private final StatusLookup lookup;
    private final Runnable onEnd;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile News latest = new News(null);
    private int watchers;

    Watch(ExecutionId id, StatusLookup lookup, Runnable onEnd) {
        this.id = id;
        this.lookup = lookup;
        this.onEnd = onEnd;
    }

    /** Guarded by whoever owns the watches: one more waits. Answers how many do. */
    int enter() {
        return ++watchers;
    }

    /** Guarded likewise: one less waits. */
    int leave() {
        return --watchers;
    }

    /** No more questions; everybody is woken. */
    void stop() {
        stopped.countDown();
        latest.superseded.countDown();
    }

    @Override
    public void run() {
        try {
            while (stopped.getCount() > 0) {
                Answer answer = lookup.statusOf(Question.about(id));
                publish(answer);
                if (answer.isTerminal() || stopped.await(Math.max(answer.freshFor(), PAUSE), TimeUnit.NANOSECONDS)) {
                    break;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            onEnd.run();
            stop();
        }
    }

    private void publish(Answer answer) {
        News before = latest;
        if (isNews(before.answer, answer)) {
            latest = new News(answer);
            before.superseded.countDown();
        }
        if (stopped.getCount() == 0) {
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
            return Optional.ofNullable(newest.answer);
        }
    }
}
