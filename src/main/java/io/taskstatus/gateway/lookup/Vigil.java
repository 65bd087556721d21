package io.taskstatus.gateway.lookup;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** One caller's place among those who wait for news of an id. Closing it gives the place up; the last ends the polling. */
public final class Vigil implements AutoCloseable {
    private final Watch.Reader reader;
    private final Runnable onClose;
    private final AtomicBoolean closed = new AtomicBoolean();

    Vigil(Watch.Reader reader, Runnable onClose) {
        this.reader = reader;
        this.onClose = onClose;
    }

    /**
     * The latest answer that this caller has not had from here, waiting at most {@code patience} for one: a status whose
     * body or word changed, or another failure. Nothing where none came in time or the process is being stopped.
     */
    public Optional<Answer> news(Duration patience) throws InterruptedException {
        return reader.next(patience).map(Answer::joined);
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            onClose.run();
        }
    }
}
