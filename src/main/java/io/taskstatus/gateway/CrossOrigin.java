package io.taskstatus.gateway;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.quarkus.vertx.http.security.CORS;
import io.quarkus.vertx.http.security.HttpSecurity;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.Config;

/**
 * Pages of other origins may read answers where {@code quarkus.http.cors.origins} names them; the one setting that it
 * takes. {@code quarkus.http.cors.enabled=true} leaves everything to the rest of {@code quarkus.http.cors.*} instead.
 */
@Singleton
public class CrossOrigin {
    /** Before Quarkus' own filter (300), which answers preflights itself. */
    private static final int BEFORE_CORS = 310;

    private static final Set<String> EXPOSED =
            Set.of("Age", "Cache-Status", "ETag", "Preference-Applied", "Retry-After", "WWW-Authenticate");

    private final Optional<List<String>> origins;
    private final boolean byHand;

    CrossOrigin(Config config) {
        origins = config.getOptionalValues("quarkus.http.cors.origins", String.class);
        byHand = config.getOptionalValue("quarkus.http.cors.enabled", Boolean.class)
                .orElse(false);
    }

    void allow(@Observes HttpSecurity security) {
        if (!byHand && origins.isPresent()) {
            security.cors(CORS.origins(new HashSet<>(origins.get()))
                    .methods(Set.of("GET", "HEAD"))
                    .exposedHeaders(EXPOSED)
                    .accessControlAllowCredentials(false)
                    .accessControlMaxAge(Duration.ofHours(1))
                    .build());
        }
    }

    /** An answer with {@code Access-Control-Allow-Origin} is not kept for another origin. */
    void vary(@Observes Filters filters) {
        if (byHand || origins.isPresent()) {
            filters.register(
                    context -> {
                        context.addHeadersEndHandler(
                                ended -> context.response().headers().add("Vary", "Origin"));
                        context.next();
                    },
                    BEFORE_CORS);
        }
    }
}
