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
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/**
 * {@code Accept: text/event-stream} on a status: server-sent events (WHATWG HTML, section 9.2), one for each changed body,
 * until the task is terminal. One virtual thread a stream; each event has to leave before the next is made, so that a slow
 * reader costs one event of memory and is cut off in the end.
 */
public final class StatusEvents {
    private static final Logger LOG = Logger.getLogger(StatusEvents.class);
    private static final Duration HEARTBEAT = Duration.ofSeconds(15);
    /** How long a reader may take for one event. */
    private static final Duration SLOWEST_READER = Duration.ofSeconds(20);

    private final StatusLookup lookup;
    private final PatientLookup patience;
    private final Duration longest;
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
        this.lookup = lookup;
        this.patience = patience;
        this.longest = longest;
        this.executor = executor;
        this.observer = observer;
        this.time = time;
    }

    /** Answers {@code request} with a stream, or with a problem where no event can be sent. */
    void stream(RoutingContext context, StatusRequest request) {
        String lastEventId = context.request().getHeader("Last-Event-ID");
        executor.execute(() -> {
            Thread reader = Thread.currentThread();
            context.response().closeHandler(closed -> reader.interrupt());
            try {
                begin(context.response(), request, Optional.ofNullable(lastEventId));
            } catch (InterruptedException | ExecutionException gone) {
                LOG.debugf("the reader of %s is gone", request.id());
            } catch (TimeoutException slow) {
                LOG.infof("the reader of %s was cut off: it took no event for %s", request.id(), SLOWEST_READER);
                context.response().reset();
            } catch (RuntimeException fault) {
                LOG.errorf(fault, "the stream of %s failed", request.id());
                ProblemReply.send(
                        context.response(), ProblemDocument.of(FailureReason.INTERNAL_ERROR, request.path()), 1, true);
            }
        });
    }

    private void begin(HttpServerResponse response, StatusRequest request, Optional<String> lastEventId)
            throws InterruptedException, ExecutionException, TimeoutException {
        switch (lookup.statusOf(request.question())) {
            case Answer.Failure failure -> refuse(response, request, failure);
            case Answer.Status status
            when status.isTerminal() -> {
                if (lastEventId.filter(eventId(status.snapshot())::equals).isPresent()) {
                    count(request, status);
                    open(response.setStatusCode(204)).end();
                } else {
                    new Stream(request, response, status).end();
                }
            }
            case Answer.Status running -> {
                Optional<Vigil> vigil =
                        patience.watch(request.id(), request.question().allowance());
                if (vigil.isEmpty()) {
                    refuse(
                            response,
                            request,
                            new Answer.Failure(
                                    SourceFailure.unfetched(FailureReason.OVERLOADED), 0, Provenance.NOTHING));
                    return;
                }
                try (Vigil waiting = vigil.get()) {
                    new Stream(request, response, running).follow(waiting);
                }
            }
        }
    }

    /** A stream under way. */
    private final class Stream {
        private final StatusRequest request;
        private final HttpServerResponse response;
        private Answer last;

        Stream(StatusRequest request, HttpServerResponse response, Answer.Status first)
                throws InterruptedException, ExecutionException, TimeoutException {
            this.request = request;
            this.response = open(response)
                    .putHeader("Content-Type", "text/event-stream")
                    .setChunked(true);
            this.last = first;
            write(statusEvent(first.snapshot()));
        }

        void follow(Vigil vigil) throws InterruptedException, ExecutionException, TimeoutException {
            long start = time.ticks();
            while (!last.isTerminal() && last instanceof Answer.Status && !patience.isStopping()) {
                Duration left = longest.minusNanos(time.ticks() - start);
                if (!left.isPositive()) {
                    break;
                }
                boolean nearEnd = left.compareTo(HEARTBEAT) < 0;
                Optional<Answer> news = vigil.news(nearEnd ? left : HEARTBEAT);
                if (news.isPresent()) {
                    tell(news.get());
                } else if (!nearEnd && !patience.isStopping()) {
                    write(": still here\n\n");
                }
            }
            end();
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

        void end() {
            count(request, last);
            response.end();
        }

        private void write(String event) throws InterruptedException, ExecutionException, TimeoutException {
            response.write(Buffer.buffer(event))
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(SLOWEST_READER.toSeconds(), TimeUnit.SECONDS);
        }

        private String problemEvent(Answer.Failure failure) {
            return "event: problem\n" + data(new String(problem(request, failure), StandardCharsets.UTF_8));
        }
    }

    private void refuse(HttpServerResponse response, StatusRequest request, Answer.Failure failure) {
        StatusReply reply = StatusReply.to(request, failure, Optional.empty(), time, observer);
        response.setStatusCode(reply.status());
        reply.headers().to(response::putHeader);
        response.end(Buffer.buffer(reply.body()));
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

    private static String statusEvent(StatusSnapshot snapshot) {
        return "event: status\nid: " + eventId(snapshot) + '\n'
                + data(new String(snapshot.body(), StandardCharsets.UTF_8));
    }

    private static String eventId(StatusSnapshot snapshot) {
        return snapshot.etag().substring(1, snapshot.etag().length() - 1);
    }

    private static String data(String text) {
        StringBuilder field = new StringBuilder(text.length() + 16);
        for (String line : text.split("\r\n|\r|\n", -1)) {
            field.append("data: ").append(line).append('\n');
        }
        return field.append('\n').toString();
    }
}
