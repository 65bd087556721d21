package io.taskstatus.gateway.web;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.taskstatus.gateway.lookup.Answer;
import io.taskstatus.gateway.lookup.LookupObserver;
import io.taskstatus.gateway.lookup.PatientLookup;
import io.taskstatus.gateway.lookup.StatusLookup;
import io.taskstatus.gateway.lookup.Time;
import io.taskstatus.gateway.lookup.Vigil;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * {@code GET /task/function/execution-status/{executionId}} for what memory alone can't answer: a virtual thread asks,
 * waits where the client prefers to, and answers.
 */
@Singleton
@Path("/task/function/execution-status/{executionId}")
public class StatusResource {
    private final StatusLookup lookup;
    private final PatientLookup patience;
    private final LookupObserver observer;
    private final Time time;

    StatusResource(StatusLookup lookup, PatientLookup patience, LookupObserver observer, Time time) {
        this.lookup = lookup;
        this.patience = patience;
        this.observer = observer;
        this.time = time;
    }

    @GET
    @RunOnVirtualThread
    public Response status(@PathParam("executionId") String executionId, RoutingContext context)
            throws InterruptedException {
        StatusRequest request = Objects.requireNonNull(context.get(StatusRequest.KEY));
        Answer first = lookup.statusOf(request.question());
        Optional<Duration> wait = request.patience();
        if (wait.isEmpty() || first.isTerminal()) {
            return respond(StatusReply.to(request, first, wait, time, observer));
        }
        Optional<Vigil> vigil = patience.watch(request.id(), request.question().allowance());
        if (vigil.isEmpty()) {
            return respond(StatusReply.to(request, first, Optional.empty(), time, observer));
        }
        try (Vigil waiting = vigil.get()) {
            leaveWithTheClient(context);
            Answer latest = patience.await(
                    waiting,
                    first,
                    wait.get(),
                    snapshot -> !request.ifNoneMatch().isEmpty()
                            && !RequestDirectives.noneMatchNames(request.ifNoneMatch(), snapshot.etag()));
            return respond(StatusReply.to(request, latest, wait, time, observer));
        }
    }

    /** A client that hangs up gives its place among the waiters up at once. */
    private static void leaveWithTheClient(RoutingContext context) {
        Thread waiter = Thread.currentThread();
        context.response().closeHandler(closed -> waiter.interrupt());
    }

    private static Response respond(StatusReply reply) {
        Response.ResponseBuilder builder = Response.status(reply.status());
        if (reply.status() != 304) {
            builder.entity(reply.body());
        }
        reply.headers().to(builder::header);
        return builder.build();
    }
}
