package io.taskstatus.gateway.web;

import io.taskstatus.gateway.lookup.Answer;
import io.taskstatus.gateway.lookup.BodyRoom;
import io.taskstatus.gateway.lookup.FailureReason;
import io.taskstatus.gateway.lookup.LookupObserver;
import io.taskstatus.gateway.lookup.Provenance;
import io.taskstatus.gateway.lookup.Question;
import io.taskstatus.gateway.lookup.Question.Directive;
import io.taskstatus.gateway.lookup.StatusLookup;
import io.taskstatus.gateway.lookup.Time;
import io.taskstatus.gateway.problem.ProblemDocument;
import io.taskstatus.gateway.status.ExecutionId;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Every request of the public port comes in here, on the event loop that read it: route, method, access, limit, id, in
 * this order. What memory can answer leaves from here too; the rest goes on to {@link StatusResource}, {@link StatusWaits} or
 * {@link StatusEvents}.
 */
public final class PublicDoor implements Handler<RoutingContext> {
    private static final String ALLOW = "GET, HEAD, OPTIONS";

    private final StatusLookup lookup;
    private final StatusEvents events;
    private final StatusWaits waits;
    private final Duration maxWait;
    private final BodyRoom room;
    private final LookupObserver observer;
    private final Time time;
    /** Null where everybody may ask as often as they like. */
    private final @Nullable Admission admission;
    /** The team of requests that are refused before anybody asked whose they are. */
    private final String stranger;

    /**
     * @param admission who may ask and how often, where not everybody may without limits
     * @param maxWait the longest wait that {@code Prefer} gets
     * @param room where large bodies are noted that go out
     */
    public PublicDoor(
            Optional<Admission> admission,
            StatusLookup lookup,
            StatusEvents events,
            StatusWaits waits,
            Duration maxWait,
            BodyRoom room,
            LookupObserver observer,
            Time time) {
        this.admission = admission.orElse(null);
        this.stranger = admission.map(Admission::stranger).orElse(Caller.NONE);
        this.lookup = lookup;
        this.events = events;
        this.waits = waits;
        this.maxWait = maxWait;
        this.room = room;
        this.observer = observer;
        this.time = time;
    }

    /** Whether everybody may ask as often as they like, so that {@link HitHandler} may answer before this door. */
    public boolean isOpenToAll() {
        return admission == null;
    }

    @Override
    public void handle(RoutingContext context) {
        HttpServerRequest request = context.request();
        String path = pathOf(request);
        PublicPaths.Place place = PublicPaths.placeOf(path, Objects.requireNonNullElse(context.normalizedPath(), ""));
        if (place == PublicPaths.Place.NOWHERE) {
            refuse(context, FailureReason.ROUTE_NOT_FOUND);
        } else if (HttpMethod.OPTIONS.equals(request.method())) {
            context.response().putHeader("Allow", ALLOW).end();
        } else if (!HttpMethod.GET.equals(request.method()) && !HttpMethod.HEAD.equals(request.method())) {
            context.response().putHeader("Allow", ALLOW);
            refuse(context, FailureReason.METHOD_NOT_ALLOWED);
        } else if (place == PublicPaths.Place.PAGE) {
            context.response().putHeader("X-Content-Type-Options", "nosniff");
            pass(context);
        } else if (admission == null) {
            enter(context, path, Caller.ANYONE);
        } else {
            admission.admit(context, verdict -> act(context, path, verdict));
        }
    }

    private void act(RoutingContext context, String path, Admission.Verdict verdict) {
        switch (verdict) {
            case Admission.Admitted admitted -> enter(context, path, admitted.caller());
            case Admission.Refused refused -> refuse(context, refused.reason(), refused.team(), refused.retryAfter());
        }
    }

    private void enter(RoutingContext context, String path, Caller caller) {
        Optional<ExecutionId> id = PublicPaths.idOf(path);
        if (id.isPresent()) {
            answer(context, id.get(), caller);
        } else {
            refuse(context, FailureReason.INVALID_EXECUTION_ID, caller.team(), Duration.ZERO);
        }
    }

    private void answer(RoutingContext context, ExecutionId id, Caller caller) {
        HttpServerRequest http = context.request();
        StatusRequest request = read(http, id, caller);
        boolean wantsEvents = HttpMethod.GET.equals(http.method())
                && RequestDirectives.wantsEvents(http.headers().getAll("Accept"));
        if (wantsEvents) {
            events.stream(http, request);
            return;
        }
        Optional<Answer> held = lookup.fromMemory(request.question());
        if (held.isPresent() && (request.patience().isEmpty() || held.get().isTerminal())) {
            StatusReply.to(request, held.get(), request.patience(), time, observer)
                    .send(http, room);
            return;
        }
        if (request.patience().isPresent()) {
            waits.answer(http, request, request.patience().get(), held);
            return;
        }
        context.put(StatusRequest.KEY, request);
        // the resource answers JSON whatever a malformed or unacceptable Accept says
        http.headers().remove("Accept");
        pass(context);
    }

    /** On to what Quarkus routes, which would look at the length of a body that nobody reads. */
    private static void pass(RoutingContext context) {
        context.request().headers().remove("Content-Length");
        context.next();
    }

    private StatusRequest read(HttpServerRequest http, ExecutionId id, Caller caller) {
        Optional<String> traceparent =
                RequestDirectives.traceparent(http.headers().getAll("traceparent"));
        List<String> cacheControl = http.headers().getAll("Cache-Control");
        Directive directive = RequestDirectives.cacheControl(cacheControl);
        Question question = new Question(id, directive, traceparent, caller.fetches());
        // to wait is to fetch
        Optional<Duration> patience = directive == Directive.ONLY_IF_CACHED
                ? Optional.empty()
                : RequestDirectives.preferredWait(http.headers().getAll("Prefer"), maxWait);
        return new StatusRequest(
                question,
                pathOf(http),
                caller.team(),
                http.headers().getAll("If-None-Match"),
                patience,
                TraceIds.of(http));
    }

    /** The path as it was sent, without the query. */
    static String pathOf(HttpServerRequest request) {
        return Objects.requireNonNullElse(request.path(), "");
    }

    private void refuse(RoutingContext context, FailureReason reason) {
        refuse(context, reason, stranger, Duration.ZERO);
    }

    private void refuse(RoutingContext context, FailureReason reason, String team, Duration retryAfter) {
        observer.answered(Provenance.NOTHING, reason.code(), team);
        ProblemReply.send(
                context.response(),
                problem(reason, context.request()),
                Math.max(1, Time.wholeSeconds(retryAfter)),
                !HttpMethod.HEAD.equals(context.request().method()));
    }

    /** The problem of a request that is refused, or that fails, before or beside any answer. */
    static ProblemDocument problem(FailureReason reason, HttpServerRequest request) {
        return ProblemDocument.of(reason, pathOf(request)).within(TraceIds.of(request));
    }
}
