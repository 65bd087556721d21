package io.taskstatus.gateway.upstream;

import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * What the operator decides on the upstream.
 *
 * @param url scheme, host, port where it is not the usual one, and a path prefix where there is one
 * @param apiKey sent as {@code x-api-key}
 * @param userAgent sent as {@code User-Agent}
 * @param connectTimeout until a connection stands, TLS included
 * @param attemptTimeout for one whole attempt, from asking for a connection to the last byte of the body
 * @param deadline for a whole fetch: standing in line, all attempts and the pauses between them
 * @param maxBody the largest body that is taken, in bytes
 * @param maxConcurrent fetches under way
 * @param maxWaiting fetches in line
 */
public record UpstreamSettings(
        URI url,
        Optional<String> apiKey,
        String userAgent,
        Duration connectTimeout,
        Duration attemptTimeout,
        Duration deadline,
        int maxBody,
        int maxConcurrent,
        int maxWaiting) {
    /** A scheme has no case (RFC 3986, section 3.1), but the client takes {@code HTTPS} for one without TLS. */
    public UpstreamSettings {
        String scheme = url.getScheme();
        url = URI.create(scheme.toLowerCase(Locale.ROOT) + url.toString().substring(scheme.length()));
    }
}
