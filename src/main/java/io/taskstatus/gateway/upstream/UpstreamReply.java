package io.taskstatus.gateway.upstream;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/** An answer of the upstream, as far as it came. */
final class UpstreamReply {
    private final int status;
    private final String type;
    private final String encoding;
    private final Optional<String> retryAfter;
    private final byte[] body;
    private final BodyEnd end;

    /**
     * @param status the HTTP status
     * @param type the {@code Content-Type} as it was spelled, or an empty string
     * @param encoding the {@code Content-Encoding}, or an empty string
     * @param retryAfter the {@code Retry-After}, if there was one
     * @param body what came of the body, which nobody changes from here on
     * @param end how the body ended
     */
    UpstreamReply(int status, String type, String encoding, Optional<String> retryAfter, byte[] body, BodyEnd end) {
        this.status = status;
        this.type = type;
        this.encoding = encoding;
        this.retryAfter = retryAfter;
        this.body = body;
        this.end = end;
    }

    int status() {
        return status;
    }

    Optional<String> retryAfter() {
        return retryAfter;
    }

    byte[] body() {
        return body;
    }

    BodyEnd end() {
        return end;
    }

    enum BodyEnd {
        /** By its length, its last chunk or, where neither was given, an orderly end of the connection. */
        COMPLETE,
        /** The connection ended first. */
        TRUNCATED,
        /** It was larger than the limit, and the rest was not read. */
        TOO_LARGE
    }

    /** Whether this is a page for people, as a load balancer before the upstream gives. */
    boolean isHtml() {
        if (type.toLowerCase(Locale.ROOT).strip().startsWith("text/html")) {
            return true;
        }
        String page = new String(body, StandardCharsets.UTF_8);
        return (page.startsWith("\uFEFF") ? page.substring(1) : page)
                .stripLeading()
                .startsWith("<");
    }

    /** Whether the body is what its bytes say. */
    boolean isEncoded() {
        return !encoding.isBlank() && !encoding.strip().equalsIgnoreCase("identity");
    }
}
