package io.taskstatus.gateway.web;

import io.taskstatus.gateway.lookup.Answer;
import io.taskstatus.gateway.lookup.BodyRoom;
import io.taskstatus.gateway.lookup.LookupObserver;
import io.taskstatus.gateway.lookup.Outcome;
import io.taskstatus.gateway.lookup.Provenance;
import io.taskstatus.gateway.lookup.Provenance.Forward;
import io.taskstatus.gateway.lookup.SourceFailure;
import io.taskstatus.gateway.lookup.Time;
import io.taskstatus.gateway.problem.ProblemDocument;
import io.taskstatus.gateway.status.StatusSnapshot;
import io.taskstatus.gateway.status.VerificationStatus;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiConsumer;

/** How an answer is told in HTTP: one piece of code for the event loop's hits and for the resource. */
final class StatusReply {
    private static final byte[] NO_BODY = {};
    private static final String CACHE_NAME = "task-status-gateway";
    static final String MEMORY_HIT = CACHE_NAME + "; hit; detail=memory";
    private static final String KEEP = "private, max-age=31536000, immutable";
    private static final String REVALIDATE = "private, no-cache";

    /** Writes header fields to wherever they go. */
    interface Headers {
        void to(BiConsumer<String, String> fields);
    }

    private final int status;
    private final byte[] body;
    private final Headers headers;

    private StatusReply(int status, byte[] body, Headers headers) {
        this.status = status;
        this.body = body;
        this.headers = headers;
    }

    /** The HTTP status. */
    int status() {
        return status;
    }

    /** The bytes that follow, none for 304. */
    byte[] body() {
        return body;
    }

    Headers headers() {
        return headers;
    }

    /**
     * Sends this as the answer to {@code http}, from whatever thread.
     *
     * @param room where a large body is noted that goes out
     */
    void send(HttpServerRequest http, BodyRoom room) {
        if (body.length > BodyPieces.LARGE && !HttpMethod.HEAD.equals(http.method())) {
            BodyPieces.send(begin(http), body, room);
        } else {
            send(http);
        }
    }

    /** The same for what is small, as problems are. */
    void send(HttpServerRequest http) {
        HttpServerResponse response = begin(http);
        if (HttpMethod.HEAD.equals(http.method()) || status == 304) {
            response.end();
        } else {
            response.end(Buffer.buffer(body));
        }
    }

    private HttpServerResponse begin(HttpServerRequest http) {
        HttpServerResponse response = http.response().setStatusCode(status);
        headers.to(response::putHeader);
        return response;
    }

    /** The reply to {@code request}; counts it. */
    static StatusReply to(
            StatusRequest request, Answer answer, Optional<Duration> waited, Time time, LookupObserver observer) {
        return switch (answer) {
            case Answer.Status status -> ofStatus(request, status, waited, time, observer);
            case Answer.Failure failure -> ofFailure(request, failure, waited, time, observer);
        };
    }

    private static StatusReply ofStatus(
            StatusRequest request,
            Answer.Status answer,
            Optional<Duration> waited,
            Time time,
            LookupObserver observer) {
        StatusSnapshot snapshot = answer.snapshot();
        boolean unchanged = !request.ifNoneMatch().isEmpty()
                && RequestDirectives.noneMatchNames(request.ifNoneMatch(), snapshot.etag());
        observer.answered(
                answer.provenance(),
                unchanged ? "not_modified" : snapshot.status().word(),
                request.team());
        byte[] body = unchanged ? NO_BODY : snapshot.body();
        return new StatusReply(unchanged ? 304 : 200, body, fields -> {
            if (!unchanged) {
                ofBody(fields);
                fields.accept("Content-Length", Integer.toString(body.length));
                if (!snapshot.isTerminal()) {
                    fields.accept("Retry-After", retryAfter(answer.freshFor()));
                }
            }
            fields.accept("ETag", snapshot.etag());
            lasting(snapshot.status(), fields);
            fields.accept("Cache-Status", cacheStatus(answer.provenance()));
            fields.accept("Age", Long.toString(ageOf(snapshot, time)));
            preferenceApplied(waited, fields);
        });
    }

    /** The header fields that every status' body has. */
    static void ofBody(BiConsumer<String, String> fields) {
        fields.accept("Content-Type", "application/json");
        fields.accept("X-Content-Type-Options", "nosniff");
    }

    /** The header fields that 200 and 304 have in common whatever the answer is, as long as it has this {@code status}. */
    static void lasting(VerificationStatus status, BiConsumer<String, String> fields) {
        fields.accept("Vary", "Accept");
        fields.accept("Cache-Control", status == VerificationStatus.SUCCESS ? KEEP : REVALIDATE);
    }

    private static StatusReply ofFailure(
            StatusRequest request,
            Answer.Failure answer,
            Optional<Duration> waited,
            Time time,
            LookupObserver observer) {
        SourceFailure failure = answer.failure();
        observer.answered(answer.provenance(), failure.reason().code(), request.team());
        byte[] body = ProblemDocument.of(failure, request.path(), request.id().value())
                .within(request.traceId())
                .toJson();
        boolean told = answer.provenance().outcome() != Outcome.NONE;
        return new StatusReply(failure.reason().status(), body, fields -> {
            ProblemReply.headers(failure.reason(), body.length, retryAfter(failure.retryAt(), time), fields);
            if (told) {
                fields.accept("Cache-Status", cacheStatus(answer.provenance()));
            }
            preferenceApplied(waited, fields);
        });
    }

    private static void preferenceApplied(Optional<Duration> waited, BiConsumer<String, String> fields) {
        waited.ifPresent(wait -> fields.accept("Preference-Applied", "wait=" + wait.toSeconds()));
    }

    /** Whole seconds until a new answer is worth asking for, at least 1. */
    static String retryAfter(long freshFor) {
        return Long.toString(Math.max(1, Time.wholeSeconds(freshFor)));
    }

    /** Whole seconds from now until {@code ticks}, at least 1. */
    static long retryAfter(OptionalLong ticks, Time time) {
        return ticks.isPresent() ? Math.max(1, Time.wholeSeconds(ticks.getAsLong() - time.ticks())) : 1;
    }

    private static long ageOf(StatusSnapshot snapshot, Time time) {
        return Math.max(0, Duration.between(snapshot.fetchedAt(), time.now()).toSeconds());
    }

    /** {@code Cache-Status} (RFC 9211, section 2). */
    static String cacheStatus(Provenance provenance) {
        if (provenance.equals(Provenance.MEMORY_HIT)) {
            return MEMORY_HIT;
        }
        StringBuilder value = new StringBuilder(96).append(CACHE_NAME);
        boolean stale = provenance.outcome() == Outcome.STALE;
        if (provenance.forward() == Forward.NONE) {
            value.append("; hit");
            if (!stale) {
                value.append("; detail=").append(provenance.outcome().word());
            }
            if (provenance.ttl() != Provenance.NO_TTL) {
                value.append("; ttl=").append(provenance.ttl());
            }
        } else {
            value.append("; fwd=").append(provenance.forward().word());
            if (provenance.forwardStatus() != 0) {
                value.append("; fwd-status=").append(provenance.forwardStatus());
            }
            if (provenance.stored()) {
                value.append("; stored");
            }
            if (provenance.collapsed()) {
                value.append("; collapsed");
            }
        }
        return stale ? value.append("; detail=stale-if-error").toString() : value.toString();
    }
}
