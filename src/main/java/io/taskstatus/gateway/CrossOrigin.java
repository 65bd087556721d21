package io.taskstatus.gateway;

import io.quarkus.vertx.http.runtime.cors.CORSFilter;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.quarkus.vertx.http.security.CORS;
import io.quarkus.vertx.http.security.HttpSecurity;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.Config;

/**
 * Pages of other origins may read answers where {@code quarkus.http.cors.origins} names them; the one setting that it
 * takes. {@code quarkus.http.cors.enabled=true} leaves everything to the rest of {@code quarkus.http.cors.*} instead.
 * Whoever is not allowed gets the answer without permission to read it, and the browser refuses: Quarkus would send a bare
 * 403.
 */
@Singleton
public class CrossOrigin {
    /** Before Quarkus' own filter (300), which answers preflights itself. */
    private static final int BEFORE_CORS = 310;

    private static final Set<String> METHODS = Set.of("GET", "HEAD");

    private static final Set<String> EXPOSED =
            Set.of("Age", "Cache-Status", "ETag", "Preference-Applied", "Retry-After", "WWW-Authenticate");

    private final boolean byHand;
    private final boolean isOn;
    private final Set<String> origins;
    private final List<Pattern> patterns;
    /** Empty where every method is allowed. */
    private final Set<String> methods;

    CrossOrigin(Config config) {
        Optional<List<String>> named = config.getOptionalValues("quarkus.http.cors.origins", String.class);
        byHand = config.getOptionalValue("quarkus.http.cors.enabled", Boolean.class)
                .orElse(false);
        isOn = byHand || named.isPresent();
        origins = Set.copyOf(named.orElse(List.of()));
        patterns = CORSFilter.parseAllowedOriginsRegex(named);
        Set<String> configured = Set.copyOf(config.getOptionalValues("quarkus.http.cors.methods", String.class)
                .orElse(List.of()));
        methods = !byHand ? METHODS : configured.equals(Set.of("*")) ? Set.of() : configured;
    }

    void allow(@Observes HttpSecurity security) {
        if (isOn && !byHand) {
            security.cors(CORS.origins(new HashSet<>(origins))
                    .methods(METHODS)
                    .exposedHeaders(EXPOSED)
                    .accessControlAllowCredentials(false)
                    .accessControlMaxAge(Duration.ofHours(1))
                    .build());
        }
    }

    void prepare(@Observes Filters filters) {
        if (isOn) {
            filters.register(this::prepare, BEFORE_CORS);
        }
    }

    private void prepare(RoutingContext context) {
        HttpServerRequest request = context.request();
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        if (origin != null && !(allows(origin) && allowsMethodOf(request))) {
            request.headers().remove(HttpHeaders.ORIGIN);
        }
        // an answer with Access-Control-Allow-Origin is not kept for another origin
        context.addHeadersEndHandler(ended -> context.response().headers().add("Vary", "Origin"));
        context.next();
    }

    private boolean allows(String origin) {
        return origins.contains(origin)
                || origins.equals(Set.of("*"))
                || CORSFilter.isOriginAllowedByRegex(patterns, origin);
    }

    private boolean allowsMethodOf(HttpServerRequest request) {
        boolean preflight = HttpMethod.OPTIONS.equals(request.method())
                && (request.headers().contains(HttpHeaders.ACCESS_CONTROL_REQUEST_METHOD)
                        || request.headers().contains(HttpHeaders.ACCESS_CONTROL_REQUEST_HEADERS));
        return preflight
                || methods.isEmpty()
                || methods.contains(request.method().name());
    }
}
