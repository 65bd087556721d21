package io.taskstatus.gateway;

import io.quarkus.vertx.http.ManagementInterface;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;

/**
 * Quarkus puts two handlers before every route of the management port: one lets pages of every origin read its answers, the
 * other reads bodies, forms and files among them, before anybody was asked for a token. Neither has a switch, so both are
 * switched off here.
 */
@Singleton
public class ManagementDoor {
    /** Enough for a client that reads no answer before all of an import is sent that is too large. */
    private static final long MOST_AFTERWARDS = 64 << 20;

    private static final Duration AFTERWARDS = Duration.ofSeconds(30);

    void tidy(@Observes ManagementInterface management) {
        Router router = management.router();
        router.getRoutes().stream().filter(ManagementDoor::isOfQuarkus).forEach(Route::disable);
        router.route().order(Integer.MIN_VALUE).handler(new UnreadBody(MOST_AFTERWARDS, AFTERWARDS));
        router.route().order(Integer.MIN_VALUE).handler(ManagementDoor::refuseWhatIsNoUri);
        router.route().order(Integer.MIN_VALUE).failureHandler(ManagementDoor::refuseWhatIsNoHttp);
    }

    /** Such as a request without {@code Host}: a fault of the client, where Quarkus logs an error and the path. */
    private static void refuseWhatIsNoHttp(RoutingContext context) {
        if (context.statusCode() == 400 && !context.response().headWritten()) {
            context.response().setStatusCode(400).end();
        } else {
            context.next();
        }
    }

    /** The router would stumble over it and log a stack trace. */
    private static void refuseWhatIsNoUri(RoutingContext context) {
        try {
            context.normalizedPath();
        } catch (IllegalArgumentException noUri) {
            context.response().setStatusCode(400).end();
            return;
        }
        context.next();
    }

    /** A route has no other way to say what its handlers are. */
    private static boolean isOfQuarkus(Route route) {
        String handlers = route.toString();
        return route.getPath() == null
                && (handlers.contains("handler.impl.CorsHandler") || handlers.contains("runtime.VertxHttpRecorder$"));
    }
}
