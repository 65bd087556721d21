package io.taskstatus.gateway.web;

import io.taskstatus.gateway.lookup.Answer;
import io.taskstatus.gateway.lookup.LookupObserver;
import io.taskstatus.gateway.lookup.PatientLookup;
import io.taskstatus.gateway.lookup.Time;
import io.taskstatus.gateway.lookup.Vigil;
import io.taskstatus.gateway.problem.ProblemDocument;
import io.taskstatus.gateway.status.StatusSnapshot;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/** One stream under way, on a thread of its own. Its methods throw where the reader is gone or too slow. */
final class EventStream {
    /**
     * The times of a stream.
     *
     * @param longest after which it ends whatever the task does
     * @param heartbeat after which silence is broken by a comment
     * @param slowestReader what a reader may take for the piece that went out last, once there is more to tell
     */
    record Pace(Duration longest, Duration heartbeat, Duration slowestReader) {}

    private static final Logger LOG = Logger.getLogger(EventStream.class);

    private final StatusRequest request;
    private final HttpServerResponse response;
    private final Pace pace;
    private final PatientLookup patience;
    private final LookupObserver observer;
    private final Time time;
    private Answer last;
    private Future<Void> leaving = Future.succeededFuture();
    private long leaveBy;

    EventStream(
            StatusRequest request,
            HttpServerResponse response,
            Answer.Status first,
            Pace pace,
            PatientLookup patience,
            LookupObserver observer,
            Time time) {
        this.request = request;
        this.response = response;
        this.last = first;
        this.pace = pace;
        this.patience = patience;
        this.observer = observer;
        this.time = time;
    }

    /** The reader has seen the last event: nothing more comes, not even to a browser that would reconnect. */
    void isOver() {
        count();
        open(204).end();
    }

    /** From the first event to the last; counted once, however it ends. */
    void run(Optional<Vigil> vigil) throws InterruptedException, ExecutionException, TimeoutException {
        open(200).putHeader("Content-Type", "text/event-stream").setChunked(true);
        try {
            if (last instanceof Answer.Status first) {
                write(statusEvent(first.snapshot()));
            }
            if (vigil.isPresent()) {
                follow(vigil.get());
            }
        } finally {
            count();
        }
        response.end();
    }

    private void follow(Vigil vigil) throws InterruptedException, ExecutionException, TimeoutException {
        long start = time.ticks();
        while (!last.isTerminal() && last instanceof Answer.Status && !patience.isStopping()) {
            Duration left = pace.longest().minusNanos(time.ticks() - start);
            if (!left.isPositive()) {
                break;
            }
            boolean nearEnd = left.compareTo(pace.heartbeat()) < 0;
            Optional<Answer> news = vigil.news(nearEnd ? left : pace.heartbeat());
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
            leaveBy = time.ticks() + pace.slowestReader().toNanos();
        }
    }

    /** Waits until the piece before has left. */
    private void awaitRoom() throws InterruptedException, ExecutionException, TimeoutException {
        if (!leaving.succeeded()) {
            leaving.toCompletionStage().toCompletableFuture().get(leaveBy - time.ticks(), TimeUnit.NANOSECONDS);
        }
    }

    private ServerSentEvent problemEvent(Answer.Failure failure) {
        return ServerSentEvent.problem(ProblemDocument.of(
                        failure.failure(), request.path(), request.id().value())
                .within(request.traceId())
                .toJson());
    }

    private void count() {
        String outcome =
                switch (last) {
                    case Answer.Status status -> status.snapshot().status().word();
                    case Answer.Failure failure -> failure.failure().reason().code();
                };
        observer.answered(last.provenance(), outcome, request.team());
    }

    private HttpServerResponse open(int status) {
        return response.setStatusCode(status)
                .putHeader("Cache-Control", "no-store")
                .putHeader("Vary", "Accept")
                .putHeader("X-Content-Type-Options", "nosniff");
    }

    private static ServerSentEvent statusEvent(StatusSnapshot snapshot) {
        return ServerSentEvent.status(idOf(snapshot), snapshot.body());
    }

    /** The event id of a status: its entity tag without the quotes. */
    static String idOf(StatusSnapshot snapshot) {
        return snapshot.etag().substring(1, snapshot.etag().length() - 1);
    }
}
