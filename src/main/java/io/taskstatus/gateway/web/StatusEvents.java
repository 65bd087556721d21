package io.taskstatus.gateway.web;

import io.taskstatus.gateway.lookup.Answer;
import io.taskstatus.gateway.lookup.FailureReason;
import io.taskstatus.gateway.lookup.LookupObserver;
import io.taskstatus.gateway.lookup.PatientLookup;
import io.taskstatus.gateway.lookup.Provenance;
import io.taskstatus.gateway.lookup.SourceFailure;
import io.taskstatus.gateway.lookup.StatusLookup;
import io.taskstatus.gateway.lookup.Time;
import io.taskstatus.gateway.lookup.Vigil;
import io.taskstatus.gateway.problem.ProblemDocument;
import io.taskstatus.gateway.status.StatusSnapshot;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
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
    /** How long a reader may take for what went out last, once there is more to tell. */
    private static final Duration SLOWEST_READER = Duration.ofSeconds(20);

    private final StatusLookup lookup;
    private final PatientLookup patience;
    private final Duration longest;
    private final Duration heartbeat;
    private final Duration slowestReader;
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
        this(lookup, patience, longest, HEARTBEAT, SLOWEST_READER, executor, observer, time);
    }

    StatusEvents(
            StatusLookup lookup,
            PatientLookup patience,
            Duration longest,
            Duration heartbeat,
            Duration slowestReader,
            Executor executor,
            LookupObserver observer,
            Time time) {
        this.lookup = lookup;
        this.patience = patience;
        this.longest = longest;
        this.heartbeat = heartbeat;
        this.slowestReader = slowestReader;
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
            LOG.infof("the reader of %s was cut off: it took nothing for %s", request.id(), slowestReader);
            http.response().reset();
        } catch (RuntimeException fault) {
            LOG.errorf(fault, "the stream of %s failed", request.id());
            ProblemReply.send(
                    http.response(), ProblemDocument.of(FailureReason.INTERNAL_ERROR, request.path()), 1, true);
        }
    }

    private void begin(HttpServerRequest http, StatusRequest request, Answer answer)
            throws InterruptedException, ExecutionException, TimeoutException {
        switch (answer) {
            case Answer.Failure failure -> refuse(http, request, failure);
            case Answer.Status status
            when status.isTerminal() -> {
                String lastEventId = http.getHeader("Last-Event-ID");
                if (eventId(status.snapshot()).equals(lastEventId)) {
                    count(request, status);
                    open(http.response().setStatusCode(204)).end();
                } else {
                    new Stream(request, http.response(), status).run(Optional.empty());
                }
            }
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
                    new Stream(request, http.response(), running).run(Optional.of(waiting));
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

    /** A stream under way. */
    private final class Stream {
        private final StatusRequest request;
        private final HttpServerResponse response;
        private Answer last;
        private Future<Void> leaving = Future.succeededFuture();
        private long leaveBy;

        Stream(StatusRequest request, HttpServerResponse response, Answer.Status first) {
            this.request = request;
            this.response = open(response)
                    .putHeader("Content-Type", "text/event-stream")
                    .setChunked(true);
            this.last = first;
        }

        /** From the first event to the last; counted once, however it ends. */
        void run(Optional<Vigil> vigil) throws InterruptedException, ExecutionException, TimeoutException {
            try {
                if (last instanceof Answer.Status first) {
                    write(statusEvent(first.snapshot()));
                }
                if (vigil.isPresent()) {
                    follow(vigil.get());
                }
            } finally {
                count(request, last);
            }
            response.end();
        }

        private void follow(Vigil vigil) throws InterruptedException, ExecutionException, TimeoutException {
            long start = time.ticks();
            while (!last.isTerminal() && last instanceof Answer.Status && !patience.isStopping()) {
                Duration left = longest.minusNanos(time.ticks() - start);
                if (!left.isPositive()) {
                    break;
                }
                boolean nearEnd = left.compareTo(heartbeat) < 0;
                Optional<Answer> news = vigil.news(nearEnd ? left : heartbeat);
                if (news.isPresent()) {
                    tell(news.get());
                } else if (!nearEnd && !patience.isStopping()) {
                    write(ServerSentEvent.HEARTBEAT);
                }
            }
        }

        private void tell(Answer news) throws InterruptedException, ExecutionException, TimeoutException {
            boolean unchanged = news instanceof Answer.Status now
                    && last instanceof Answer.Status before
                    && now.snapshot().sameBodyAs(before.snapshot());
            last = news.after(last);
            switch (news) {
                case Answer.Status status when unchanged -> LOG.tracef("%s is unchanged", status.snapshot());
                case Answer.Status status -> write(statusEvent(status.snapshot()));
                case Answer.Failure failure -> write(problemEvent(failure));
            }
        }

        private void write(ServerSentEvent event) throws InterruptedException, ExecutionException, TimeoutException {
            for (Buffer piece : event) {
                awaitRoom();
                leaving = response.write(piece);
                leaveBy = time.ticks() + slowestReader.toNanos();
            }
        }

        /** Waits until the piece before has left. */
        private void awaitRoom() throws InterruptedException, ExecutionException, TimeoutException {
            if (!leaving.succeeded()) {
                leaving.toCompletionStage().toCompletableFuture().get(leaveBy - time.ticks(), TimeUnit.NANOSECONDS);
            }
        }

        private ServerSentEvent problemEvent(Answer.Failure failure) {
            return ServerSentEvent.problem(problem(request, failure));
        }
    }

    private void refuse(HttpServerRequest http, StatusRequest request, Answer.Failure failure) {
        StatusReply.to(request, failure, Optional.empty(), time, observer).send(http);
    }

    private static byte[] problem(StatusRequest request, Answer.Failure failure) {
        return ProblemDocument.of(
                        failure.failure(), request.path(), request.id().value())
                .within(request.traceId())
                .toJson();
    }

    private void count(StatusRequest request, Answer last) {
        String outcome =
                switch (last) {
                    case Answer.Status status -> status.snapshot().status().word();
                    case Answer.Failure failure -> failure.failure().reason().code();
                };
        observer.answered(last.provenance(), outcome, request.team());
    }

    private static HttpServerResponse open(HttpServerResponse response) {
        return response.putHeader("Cache-Control", "no-store")
                .putHeader("Vary", "Accept")
                .putHeader("X-Content-Type-Options", "nosniff");
    }

    private static ServerSentEvent statusEvent(StatusSnapshot snapshot) {
        return ServerSentEvent.status(eventId(snapshot), snapshot.body());
    }

    private static String eventId(StatusSnapshot snapshot) {
        return snapshot.etag().substring(1, snapshot.etag().length() - 1);
    }
}
