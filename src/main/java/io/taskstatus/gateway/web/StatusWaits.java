package io.taskstatus.gateway.web;

import io.taskstatus.gateway.lookup.Answer;
import io.taskstatus.gateway.lookup.BodyRoom;
import io.taskstatus.gateway.lookup.LookupObserver;
import io.taskstatus.gateway.lookup.PatientLookup;
import io.taskstatus.gateway.lookup.Time;
import io.taskstatus.gateway.lookup.Vigil;
import io.taskstatus.gateway.status.StatusSnapshot;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import org.jboss.logging.Logger;

/**
 * {@code Prefer: wait=N} (RFC 7240, section 4.3) on a status. Each waiter sleeps on a virtual thread that has done nothing
 * else, so that its stack, of which thousands are held, stays small.
 */
public final class StatusWaits {
    private static final Logger LOG = Logger.getLogger(StatusWaits.class);

    private final PatientLookup patience;
    private final BodyRoom room;
    private final Executor executor;
    private final LookupObserver observer;
    private final Time time;

    /** @param executor runs each wait; its threads may block */
    public StatusWaits(PatientLookup patience, BodyRoom room, Executor executor, LookupObserver observer, Time time) {
        this.patience = patience;
        this.room = room;
        this.executor = executor;
        this.observer = observer;
        this.time = time;
    }

    /** Answers {@code request} once its wait is over. {@code held} is what memory has, if anything may be served. */
    void answer(HttpServerRequest http, StatusRequest request, Duration wait, Optional<Answer> held) {
        if (held.isPresent()) {
            executor.execute(() -> guarded(http, request, () -> sleep(http, request, wait, wait, held.get())));
        } else {
            executor.execute(() -> guarded(http, request, () -> ask(http, request, wait)));
        }
    }

    private void ask(HttpServerRequest http, StatusRequest request, Duration wait) throws InterruptedException {
        long start = time.ticks();
        Answer first = patience.statusOf(request.question(), wait);
        if (first.isTerminal()) {
            reply(http, request, first, Optional.of(wait));
        } else {
            Duration left = wait.minusNanos(time.ticks() - start);
            executor.execute(() -> guarded(http, request, () -> sleep(http, request, wait, left, first)));
        }
    }

    /** @param left of {@code wait}, after the first answer had come */
    private void sleep(HttpServerRequest http, StatusRequest request, Duration wait, Duration left, Answer first)
            throws InterruptedException {
        Predicate<StatusSnapshot> enough = snapshot -> isNews(request, snapshot);
        if (!left.isPositive() || PatientLookup.isOver(first, enough)) {
            reply(http, request, first, Optional.of(wait));
            return;
        }
        Optional<Vigil> vigil = patience.watch(request.id(), request.question().allowance());
        if (vigil.isEmpty()) {
            reply(http, request, first, Optional.empty());
            return;
        }
        Answer latest;
        try (Vigil waiting = vigil.get()) {
            leaveWithTheClient(http);
            latest = patience.await(waiting, first, left, enough);
        }
        reply(http, request, latest, Optional.of(wait));
    }

    /** A client that hangs up gives its place among the waiters up at once, one that has hung up already too. */
    private static void leaveWithTheClient(HttpServerRequest http) throws InterruptedException {
        Thread waiter = Thread.currentThread();
        http.response().closeHandler(closed -> waiter.interrupt());
        if (http.response().closed()) {
            throw new InterruptedException("the client is gone");
        }
    }

    private static boolean isNews(StatusRequest request, StatusSnapshot snapshot) {
        return !request.ifNoneMatch().isEmpty()
                && !RequestDirectives.noneMatchNames(request.ifNoneMatch(), snapshot.etag());
    }

    private void reply(HttpServerRequest http, StatusRequest request, Answer answer, Optional<Duration> waited) {
        StatusReply.to(request, answer, waited, time, observer).send(http, room);
    }

    /** A step of a wait, which may block. */
    private interface Step {
        void take() throws InterruptedException;
    }

    private static void guarded(HttpServerRequest http, StatusRequest request, Step step) {
        try {
            step.take();
        } catch (InterruptedException gone) {
            LOG.debugf("the client that waited for %s is gone", request.id());
        } catch (RuntimeException | Error fault) {
            LOG.errorf(
                    fault,
                    "a wait for %s failed; trace %s",
                    request.id(),
                    request.traceId().orElse("none"));
            ProblemReply.sendUnforeseen(http.response(), request);
        }
    }
}
