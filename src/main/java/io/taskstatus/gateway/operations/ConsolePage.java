package io.taskstatus.gateway.operations;

import io.micrometer.core.instrument.MeterRegistry;
import io.taskstatus.gateway.operations.ConsoleFile.Representation;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The console on the public port: the page at {@code /}, its files and {@code /console/summary} below {@code
 * /console/}. Whatever else is asked for is left to the door. Nothing comes from another address, and the policy on
 * every file holds the page to that.
 */
@Singleton
public final class ConsolePage {
    private static final String PAGE = "index.html";
    private static final Set<String> FILES = Set.of(
            PAGE,
            "console.css",
            "favicon.svg",
            "console.js",
            "lookup.js",
            "gateway.js",
            "body.js",
            "words.js",
            "glance.js",
            "series.js",
            "chart.umd.min.js");
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
                    + " connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    /** Those that were asked for: to read and compress them all takes a twentieth of the start. */
    private final Map<String, ConsoleFile> files = new ConcurrentHashMap<>();

    private final RecentSummary summary;

    ConsolePage(MeterRegistry registry) {
        this.summary = new RecentSummary(registry, Duration.ofSeconds(1));
    }

    void mount(@Observes Router router) {
        router.route("/").handler(context -> serve(context, PAGE));
        router.route("/console/summary").blockingHandler(this::summarise, false);
        router.route("/console/*").handler(context -> serve(context, nameOf(context)));
    }

    private static String nameOf(RoutingContext context) {
        String path = context.normalizedPath();
        return path.equals("/console/") ? PAGE : path.substring(Math.min(path.length(), "/console/".length()));
    }

    private void serve(RoutingContext context, String name) {
        if (!FILES.contains(name) || !isRead(context.request())) {
            context.next();
            return;
        }
        ConsoleFile known = files.get(name);
        if (known != null) {
            serve(context, known);
            return;
        }
        context.vertx()
                .executeBlocking(() -> files.computeIfAbsent(name, ConsoleFile::read))
                .onSuccess(file -> serve(context, file))
                .onFailure(context::fail);
    }

    private static void serve(RoutingContext context, ConsoleFile file) {
        boolean compressed = accepts(context.request(), "gzip");
        Representation sent = compressed ? file.gzip() : file.plain();
        HttpServerResponse response = guarded(context.response())
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-cache")
                .putHeader(HttpHeaders.VARY, "Accept-Encoding")
                .putHeader(HttpHeaders.ETAG, sent.etag());
        if (isUnchanged(context.request(), sent.etag())) {
            response.setStatusCode(304).end();
            return;
        }
        response.putHeader(HttpHeaders.CONTENT_TYPE, file.type());
        if (compressed) {
            response.putHeader(HttpHeaders.CONTENT_ENCODING, "gzip");
        }
        end(context, sent.bytes().length(), sent);
    }

    private void summarise(RoutingContext context) {
        if (!isRead(context.request())) {
            context.next();
            return;
        }
        Representation now = Representation.of(summary.json());
        guarded(context.response())
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json");
        end(context, now.bytes().length(), now);
    }

    private static void end(RoutingContext context, int length, Representation sent) {
        HttpServerResponse response =
                context.response().putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(length));
        if (context.request().method().equals(HttpMethod.HEAD)) {
            response.end();
        } else {
            response.end(sent.bytes());
        }
    }

    private static HttpServerResponse guarded(HttpServerResponse response) {
        return response.putHeader("Content-Security-Policy", POLICY)
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("Referrer-Policy", "no-referrer")
                .putHeader("Cross-Origin-Opener-Policy", "same-origin")
                .putHeader("Cross-Origin-Resource-Policy", "same-origin");
    }

    private static boolean isRead(HttpServerRequest request) {
        return request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
    }

    /** RFC 9110, section 12.5.3, as far as browsers and curl use it: a refusal is {@code q=0}. */
    private static boolean accepts(HttpServerRequest request, String coding) {
        return elements(request, HttpHeaders.ACCEPT_ENCODING)
                .map(element -> element.replace(" ", ""))
                .anyMatch(element -> element.equals(coding)
                        || (element.startsWith(coding + ";") && !element.matches(".*;q=0(\\.0*)?")));
    }

    /** RFC 9110, section 13.1.2: a weak comparison. */
    private static boolean isUnchanged(HttpServerRequest request, String etag) {
        return elements(request, HttpHeaders.IF_NONE_MATCH)
                .anyMatch(element -> element.equals("*") || element.equals(etag) || element.equals("W/" + etag));
    }

    private static Stream<String> elements(HttpServerRequest request, CharSequence header) {
        return request.headers().getAll(header).stream()
                .flatMap(value -> Arrays.stream(value.split(",")))
                .map(String::strip);
    }
}
