package io.taskstatus.gateway.upstream;

import static io.taskstatus.gateway.upstream.AttemptFailed.counted;
import static io.taskstatus.gateway.upstream.AttemptFailed.uncounted;

import io.taskstatus.gateway.lookup.FailureReason;
import io.taskstatus.gateway.lookup.SourceFailure;
import io.taskstatus.gateway.status.StatusReader;

/** The error table: what each answer that is no status, and each lack of an answer, means. */
final class UpstreamFailures {
    private UpstreamFailures() {}

    /** What a reply means whose status is not 200. */
    static AttemptFailed of(UpstreamReply reply) {
        int status = reply.status();
        return switch (status) {
            case 404 ->
                reply.isHtml() ? invalidBody(status) : uncounted(told(FailureReason.EXECUTION_NOT_FOUND, reply), 0);
            case 400 -> uncounted(told(FailureReason.UPSTREAM_REJECTED, reply), 0);
            case 401, 403 -> uncounted(told(FailureReason.UPSTREAM_AUTH, reply), 0);
            case 402 -> uncounted(told(FailureReason.UPSTREAM_PAYMENT_REQUIRED, reply), 0);
            case 408 -> counted(told(FailureReason.UPSTREAM_TIMEOUT, reply), 1);
            case 429 -> uncounted(told(FailureReason.UPSTREAM_RATE_LIMITED, reply), 0);
            case 500 -> counted(told(FailureReason.UPSTREAM_ERROR, reply), 1);
            case 502 -> counted(told(FailureReason.UPSTREAM_ERROR, reply), 2);
            case 503 ->
                isPause(reply)
                        ? uncounted(told(FailureReason.UPSTREAM_UNAVAILABLE, reply), 0)
                        : counted(told(FailureReason.UPSTREAM_UNAVAILABLE, reply), 2);
            case 504 -> counted(told(FailureReason.UPSTREAM_TIMEOUT, reply), 2);
            case 304 -> uncounted(told(FailureReason.UPSTREAM_UNEXPECTED_STATUS, reply), 0);
            default ->
                switch (status / 100) {
                    case 3 -> counted(told(FailureReason.UPSTREAM_REDIRECT, reply), 0);
                    case 5 -> counted(told(FailureReason.UPSTREAM_ERROR, reply), 0);
                    default -> uncounted(told(FailureReason.UPSTREAM_UNEXPECTED_STATUS, reply), 0);
                };
        };
    }

    /** Whether a reply asks to be left alone for a while. */
    static boolean isPause(UpstreamReply reply) {
        return reply.status() == 429
                || (reply.status() == 503 && reply.retryAfter().isPresent());
    }

    /** What a wire without an answer means. */
    static AttemptFailed of(WireException.Kind kind) {
        return switch (kind) {
            case UNREACHABLE, STALE, LOST -> counted(SourceFailure.unanswered(FailureReason.UPSTREAM_UNREACHABLE), 2);
            case TIMEOUT -> counted(SourceFailure.unanswered(FailureReason.UPSTREAM_TIMEOUT), 1);
            case NO_ROOM -> uncounted(SourceFailure.unfetched(FailureReason.OVERLOADED), 0);
            case TLS -> counted(SourceFailure.unanswered(FailureReason.UPSTREAM_TLS), 0);
            case NOT_HTTP -> counted(SourceFailure.unanswered(FailureReason.UPSTREAM_INVALID_BODY), 1);
        };
    }

    /** A body that can't be what was asked for. */
    static AttemptFailed invalidBody(int status) {
        return counted(SourceFailure.answered(FailureReason.UPSTREAM_INVALID_BODY, status), 1);
    }

    static AttemptFailed anotherExecution() {
        return uncounted(SourceFailure.answered(FailureReason.UPSTREAM_IDENTITY_MISMATCH, 200), 1);
    }

    static AttemptFailed bodyTooLarge() {
        return uncounted(SourceFailure.answered(FailureReason.UPSTREAM_BODY_TOO_LARGE, 200), 0);
    }

    private static SourceFailure told(FailureReason reason, UpstreamReply reply) {
        SourceFailure failure = SourceFailure.answered(reason, reply.status());
        return reply.isEncoded() ? failure : failure.saying(StatusReader.message(reply.body()));
    }
}
