package io.taskstatus.gateway.web;

import io.taskstatus.gateway.lookup.FailureReason;
import io.taskstatus.gateway.problem.ProblemDocument;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.util.function.BiConsumer;

/** Sends problem documents. */
final class ProblemReply {
    private ProblemReply() {}

    /**
     * The header fields of every problem.
     *
     * @param retryAfter seconds, at least 1
     */
    static void headers(FailureReason reason, int length, long retryAfter, BiConsumer<String, String> fields) {
        fields.accept("Content-Type", ProblemDocument.MEDIA_TYPE);
        fields.accept("Content-Length", Integer.toString(length));
        fields.accept("Cache-Control", "no-store");
        fields.accept("X-Content-Type-Options", "nosniff");
        if (reason.status() == 503 || reason.status() == 429) {
            fields.accept("Retry-After", Long.toString(retryAfter));
        }
        if (reason.status() == 401) {
            fields.accept("WWW-Authenticate", "Bearer");
        }
    }

    /** Tells the client that its {@code request} failed for a reason that nobody foresaw. */
    static void sendUnforeseen(HttpServerResponse response, StatusRequest request) {
        ProblemDocument problem =
                ProblemDocument.of(FailureReason.INTERNAL_ERROR, request.path()).within(request.traceId());
        send(response, problem, 1, true);
    }

    /**
     * Sends {@code problem} and ends {@code response}, unless it is under way already.
     *
     * @param retryAfter seconds, at least 1
     */
    static void send(HttpServerResponse response, ProblemDocument problem, long retryAfter, boolean withBody) {
        if (response.headWritten()) {
            response.reset();
            return;
        }
        byte[] body = problem.toJson();
        response.setStatusCode(problem.reason().status());
        headers(problem.reason(), body.length, retryAfter, response::putHeader);
        if (withBody) {
            response.end(Buffer.buffer(body));
        } else {
            response.end();
        }
    }
}
