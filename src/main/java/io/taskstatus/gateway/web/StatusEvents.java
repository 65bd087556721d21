package io.taskstatus.gateway.web;

import io.taskstatus.gateway.lookup.Answer;
import io.taskstatus.gateway.lookup.FailureReason;
import io.taskstatus.gateway.lookup.LookupObserver;
import io.taskstatus.gateway.lookup.PatientLookup;
import io.taskstatus.gateway.lookup.Provenance;
import io.taskstatus.gateway.lookup.Question.Directive;
import io.taskstatus.gateway.lookup.SourceFailure;
import io.taskstatus.gateway.lookup.StatusLookup;
import io.taskstatus.gateway.lookup.Time;
import io.taskstatus.gateway.lookup.Vigil;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/**
 * {@code Accept: text/event-stream} on a status: server-sent events (WHATWG HTML, section 9.2), one for each changed body,
 * until the task is terminal. One virtual thread a stream; each piece of an event has to leave before the next is made, so
 * that a slow reader costs one piece of memory beside the snapshot that all share, and is cut off in the end.
 */
public final class StatusEvents {
    private static final Logger LOG = Logger.getLogger(StatusEvents.class);
    private static final Duration HEARTBEAT = Duration.ofSeconds(15);
    private static final Duration SLOWEST_READER = Duration.ofSeconds(20);

    private final StatusLookup lookup;
    private final PatientLookup patience;
    private final EventStream.Pace pace;
    private final Executor executor;
    private final LookupObserver observer;
    private final Time time;

    /**
     * @param longest after which a stream ends whatever the task does
     * @param executor runs each stream; its threads may block
     */
    public StatusEvents(
            StatusLookup lookup,
            PatientLookup patience,
            Duration longest,
            Executor executor,
            LookupObserver observer,
            Time time) {
        this(lookup, patience, new EventStream.Pace(longest, HEARTBEAT, SLOWEST_READER), executor, observer, time);
    }

    StatusEvents(
            StatusLookup lookup,
            PatientLookup patience,
            EventStream.Pace pace,
            Executor executor,
            LookupObserver observer,
            Time time) {
        this.lookup = lookup;
        this.patience = patience;
        this.pace = pace;
        this.executor = executor;
        this.observer = observer;
        this.time = time;
    }

    /** Answers {@code request} with a stream, or with a problem where no event can be sent. */
    void stream(HttpServerRequest http, StatusRequest request) {
        Optional<Answer> held = lookup.fromMemory(request.question());
        if (held.isPresent()) {
            executor.execute(() -> guarded(http, request, () -> begin(http, request, held.get())));
        } else {
            executor.execute(() -> guarded(http, request, () -> {
                Answer first = lookup.statusOf(request.question());
                // a thread that has done nothing else has a small stack: thousands are held
                executor.execute(() -> guarded(http, request, () -> begin(http, request, first)));
            }));
        }
    }

    /** A part of a stream, which may block. */
    private interface Part {
        void run() throws InterruptedException, ExecutionException, TimeoutException;
    }

    private void guarded(HttpServerRequest http, StatusRequest request, Part part) {
        try {
            part.run();
        } catch (InterruptedException | ExecutionException gone) {
            LOG.debugf("the reader of %s is gone", request.id());
        } catch (TimeoutException slow) {
            LOG.infof("the reader of %s was cut off: it took nothing for %s", request.id(), pace.slowestReader());
            http.response().reset();
        } catch (RuntimeException | Error fault) {
            LOG.errorf(
                    fault,
                    "the stream of %s failed; trace %s",
                    request.id(),
                    request.traceId().orElse("none"));
            ProblemReply.sendUnforeseen(http.response(), request);
        }
    }

    private void begin(HttpServerRequest http, StatusRequest request, Answer answer)
            throws InterruptedException, ExecutionException, TimeoutException {
        switch (answer) {
            case Answer.Failure failure -> refuse(http, request, failure);
            case Answer.Status status
            when status.isTerminal() && idOf(status).equals(http.getHeader("Last-Event-ID")) ->
                stream(http, request, status).isOver();
            case Answer.Status status
            when status.isTerminal() || request.question().directive() == Directive.ONLY_IF_CACHED ->
                stream(http, request, status).run(Optional.empty());
            case Answer.Status running -> {
                Optional<Vigil> vigil =
                        patience.watch(request.id(), request.question().allowance());
                if (vigil.isEmpty()) {
                    SourceFailure noRoom = SourceFailure.unfetched(FailureReason.OVERLOADED);
                    refuse(http, request, new Answer.Failure(noRoom, 0, Provenance.NOTHING));
                    return;
                }
                try (Vigil waiting = vigil.get()) {
                    leaveWithTheReader(http);
                    stream(http, request, running).run(Optional.of(waiting));
                }
            }
        }
    }

    /** A reader that hangs up gives its place among the waiters up at once, one that has hung up already too. */
    private static void leaveWithTheReader(HttpServerRequest http) throws InterruptedException {
        Thread stream = Thread.currentThread();
        http.response().closeHandler(closed -> stream.interrupt());
        if (http.response().closed()) {
            throw new InterruptedException("the reader is gone");
        }
    }

    private static String idOf(Answer.Status status) {
        return EventStream.idOf(status.snapshot());
    }

    private EventStream stream(HttpServerRequest http, StatusRequest request, Answer.Status first) {
        if (http.version() == HttpVersion.HTTP_1_0) {
            // without length and chunks, only the end of the connection is the stream's end
            http.response().endHandler(ended -> http.connection().close());
        }
        return new EventStream(request, http.response(), first, pace, patience, observer, time);
    }

    private void refuse(HttpServerRequest http, StatusRequest request, Answer.Failure failure) {
        StatusReply.to(request, failure, Optional.empty(), time, observer).send(http);
    }
}
