package io.taskstatus.gateway.upstream;

import java.io.Serial;

/** No answer came over the wire. */
final class WireException extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    enum Kind {
        /** Refused, reset, name not resolved, no connection in time. */
        UNREACHABLE,
        /** Connected, but no answer in time. */
        TIMEOUT,
        /** The answer began, but there was no room for its body in time. */
        NO_ROOM,
        /** The certificate is not valid, or there is no TLS to be had. */
        TLS,
        /** What came is no HTTP. */
        NOT_HTTP,
        /** A connection that had served before ended before any byte of this answer: another one may well do. */
        STALE,
        /** A connection ended after it was taken from the pool and before the request went out. */
        LOST
    }

    private final Kind kind;

    WireException(Kind kind) {
        super(kind.name(), null, false, false);
        this.kind = kind;
    }

    Kind kind() {
        return kind;
    }
}
