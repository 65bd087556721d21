package io.taskstatus.gateway.web;

import io.taskstatus.gateway.lookup.Answer;
import io.taskstatus.gateway.lookup.FetchAllowance;
import io.taskstatus.gateway.lookup.LookupObserver;
import io.taskstatus.gateway.lookup.Question;
import io.taskstatus.gateway.lookup.Question.Directive;
import io.taskstatus.gateway.lookup.StatusLookup;
import io.taskstatus.gateway.lookup.Time;
import io.taskstatus.gateway.status.ExecutionId;
import io.taskstatus.gateway.status.StatusSnapshot;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;

/**
 * The short way for what most requests are: a plain GET for a status that memory holds, where access is open. It runs
 * before authentication, on the event loop that read the request, and copies bytes that were made when the snapshot was
 * kept ({@link HitReply}). Whatever is not plain, or not in memory, goes on to {@link PublicDoor}, which would give the
 * same answer.
 */
public final class HitRoute implements Handler<RoutingContext> {
    private static final int NO_HIT = 0;
    /** Bytes of a body that is sent in one piece with its head; larger ones go the long way. */
    private static final int MOST = BodyPieces.LARGE;

    private static final CharSequence CACHE_CONTROL = HttpHeaders.createOptimized("cache-control");
    private static final CharSequence PREFER = HttpHeaders.createOptimized("prefer");
    private static final CharSequence ACCEPT = HttpHeaders.createOptimized("accept");
    private static final CharSequence CONTENT_LENGTH = HttpHeaders.createOptimized("content-length");
    private static final CharSequence TRANSFER_ENCODING = HttpHeaders.createOptimized("transfer-encoding");
    private static final CharSequence IF_NONE_MATCH = HttpHeaders.createOptimized("if-none-match");

    private final StatusLookup lookup;
    private final LookupObserver observer;
    private final RequestTimer timer;
    private final Time time;
    private final boolean open;
    /** Not static: a native image can't hold Netty's buffers. */
    private final Buffer nothing = Buffer.buffer();

    /**
     * Answers hits, times every request for a status, and lets nothing pass whose target is no URI.
     *
     * @param open whether everybody may ask as often as they like: where not, requests are only timed here
     */
    public HitRoute(StatusLookup lookup, LookupObserver observer, RequestTimer timer, Time time, boolean open) {
        this.lookup = lookup;
        this.observer = observer;
        this.timer = timer;
        this.time = time;
        this.open = open;
    }

    @Override
    public void handle(RoutingContext context) {
        long began = time.ticks();
        HttpServerRequest request = context.request();
        String path = PublicDoor.pathOf(request);
        boolean asksForStatus = path.startsWith(PublicPaths.STATUS);
        int status = open && asksForStatus ? answer(request, path) : NO_HIT;
        if (status != NO_HIT) {
            timer.took(HttpMethod.GET, status, time.ticks() - began);
            return;
        }
        if (asksForStatus) {
            context.addEndHandler(ended -> {
                if (ended.succeeded()) {
                    timer.took(request.method(), request.response().getStatusCode(), time.ticks() - began);
                }
            });
        }
        if (isMalformed(context)) {
            context.fail(400);
        } else {
            context.next();
        }
    }

    /** Whether the target has a percent sign that encodes nothing: the framework stumbles over it further on. */
    private static boolean isMalformed(RoutingContext context) {
        try {
            context.normalizedPath();
            return false;
        } catch (IllegalArgumentException noUri) {
            return true;
        }
    }

    /** Answers with the status that it sent, or {@link #NO_HIT}. */
    private int answer(HttpServerRequest request, String path) {
        if (!HttpMethod.GET.equals(request.method())) {
            return NO_HIT;
        }
        MultiMap headers = request.headers();
        if (headers.contains(CACHE_CONTROL) || headers.contains(PREFER) || mayNameEvents(headers.getAll(ACCEPT))) {
            return NO_HIT;
        }
        // whoever may be sending a body is looked after on the long way
        if (headers.contains(CONTENT_LENGTH)
                || headers.contains(TRANSFER_ENCODING)
                || request.version() != HttpVersion.HTTP_1_1) {
            return NO_HIT;
        }
        // an id with percent signs is no valid one here, and is decoded at the door
        Optional<ExecutionId> id = ExecutionId.parse(path.substring(PublicPaths.STATUS.length()));
        if (id.isEmpty()) {
            return NO_HIT;
        }
        Question question = new Question(id.get(), Directive.NONE, Optional.empty(), FetchAllowance.UNLIMITED);
        if (!(lookup.fromMemory(question).orElse(null) instanceof Answer.Status status)
                || status.snapshot().body().length > MOST) {
            return NO_HIT;
        }
        return send(request, status, headers.getAll(IF_NONE_MATCH));
    }

    private int send(HttpServerRequest request, Answer.Status status, List<String> ifNoneMatch) {
        StatusSnapshot snapshot = status.snapshot();
        HitReply reply = snapshot.form(HitReply.class, HitReply::new);
        boolean unchanged = !ifNoneMatch.isEmpty() && RequestDirectives.noneMatchNames(ifNoneMatch, snapshot.etag());
        observer.answered(
                status.provenance(),
                unchanged ? "not_modified" : snapshot.status().word(),
                "none");
        HitEncoder encoder = HitEncoder.of(request.connection());
        try {
            if (unchanged) {
                reply.notModified(encoder.begin(HitReply.HEAD_ROOM), status, time);
                request.response().setStatusCode(304).end(nothing, null);
                return 304;
            }
            reply.ok(encoder.begin(HitReply.HEAD_ROOM + snapshot.body().length), status, time);
            request.response().end(reply.body(), null);
            return 200;
        } finally {
            encoder.end();
        }
    }

    private static boolean mayNameEvents(List<String> accept) {
        for (String value : accept) {
            if (!value.equals("application/json") && !value.equals("*/*")) {
                return RequestDirectives.wantsEvents(accept);
            }
        }
        return false;
    }
}
