package io.taskstatus.gateway.lookup;

import java.util.Locale;

/**
 * Every reason for which a client can get something other than a status. The name in lower case is the {@code code} of
 * the problem document and the metric label; the rest is its row of the error table.
 */
public enum FailureReason {
    EXECUTION_NOT_FOUND(
            404, true, "Execution not found", "The upstream knows no execution with this id; a new one may lag."),
    UPSTREAM_REJECTED(400, false, "Rejected by the upstream", "The upstream refused this request."),
    UPSTREAM_AUTH(
            502, false, "Upstream refuses the gateway", "The upstream does not accept the gateway's credentials."),
    UPSTREAM_PAYMENT_REQUIRED(502, false, "Upstream asks for payment", "The upstream asks the gateway for payment."),
    UPSTREAM_RATE_LIMITED(503, true, "Upstream is rate limiting", "The upstream asked the gateway to pause."),
    UPSTREAM_UNAVAILABLE(503, true, "Upstream unavailable", "The upstream says that it is unavailable."),
    UPSTREAM_ERROR(502, true, "Upstream error", "The upstream failed to answer."),
    UPSTREAM_REDIRECT(
            502, false, "Upstream redirects", "The upstream answered with a redirect, which is never followed."),
    UPSTREAM_UNEXPECTED_STATUS(
            502,
            false,
            "Unexpected upstream status",
            "The upstream answered with a status that its description does not have."),
    UPSTREAM_INVALID_BODY(502, true, "Invalid upstream body", "The upstream's answer is not one complete JSON object."),
    UPSTREAM_IDENTITY_MISMATCH(
            502,
            true,
            "Upstream answered for another execution",
            "The upstream's answer names another execution than the one asked for."),
    UPSTREAM_BODY_TOO_LARGE(
            502, false, "Upstream body too large", "The upstream's answer is larger than the gateway takes."),
    UPSTREAM_TIMEOUT(504, true, "Upstream timeout", "The upstream did not answer in time."),
    UPSTREAM_UNREACHABLE(503, true, "Upstream unreachable", "The upstream can't be reached."),
    UPSTREAM_TLS(502, false, "Upstream certificate not valid", "The upstream's certificate is not valid."),
    CIRCUIT_OPEN(503, true, "Circuit open", "The upstream failed too often; the gateway gives it a rest."),
    OVERLOADED(503, true, "Overloaded", "Too many requests are waiting for the upstream or for a change."),
    SHUTTING_DOWN(503, true, "Shutting down", "This gateway is being stopped and starts no new fetches."),
    NOT_CACHED(504, true, "Not cached", "Nothing fresh is held, and the request asked not to fetch."),
    RATE_LIMITED(429, true, "Rate limited", "Too many requests; see Retry-After."),
    INVALID_EXECUTION_ID(
            400, false, "Invalid execution id", "An execution id is 1 to 128 characters of A-Z a-z 0-9 . _ ~ and -."),
    UNAUTHORIZED(401, false, "Unauthorized", "A valid bearer token is needed."),
    ROUTE_NOT_FOUND(404, false, "No such route", "There is nothing at this path."),
    METHOD_NOT_ALLOWED(405, false, "Method not allowed", "This path does not take this method; see Allow."),
    ADMIN_DISABLED(403, false, "Admin routes are off", "No gateway.admin.token is configured."),
    INVALID_IMPORT(400, false, "Invalid import", "A line of the import is not a result."),
    IMPORT_TOO_LARGE(413, false, "Import too large", "An import takes up to 8 MiB; split it at line ends."),
    INTERNAL_ERROR(500, false, "Internal error", "The gateway failed; its log says why.");

    private final String code = name().toLowerCase(Locale.ROOT);
    private final int status;
    private final boolean retryable;
    private final String title;
    private final String detail;

    FailureReason(int status, boolean retryable, String title, String detail) {
        this.status = status;
        this.retryable = retryable;
        this.title = title;
        this.detail = detail;
    }

    /** The problem's {@code code}, and the label of metrics. */
    public String code() {
        return code;
    }

    /** The HTTP status that a client gets. */
    public int status() {
        return status;
    }

    /** Whether the same request may succeed later. */
    public boolean isRetryable() {
        return retryable;
    }

    /** A short name for people. */
    public String title() {
        return title;
    }

    /** What happened, in a sentence for people, where nothing more is known. */
    public String detail() {
        return detail;
    }
}
