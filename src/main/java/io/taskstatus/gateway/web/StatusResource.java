package io.taskstatus.gateway.web;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.taskstatus.gateway.lookup.LookupObserver;
import io.taskstatus.gateway.lookup.StatusLookup;
import io.taskstatus.gateway.lookup.Time;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Response;
import java.util.Objects;
import java.util.Optional;

/**
 * {@code GET /task/function/execution-status/{executionId}} for what memory alone can't answer: a virtual thread asks and
 * answers.
 */
@Singleton
@Path("/task/function/execution-status/{executionId}")
public class StatusResource {
    private final StatusLookup lookup;
    private final LookupObserver observer;
    private final Time time;

    StatusResource(StatusLookup lookup, LookupObserver observer, Time time) {
        this.lookup = lookup;
        this.observer = observer;
        this.time = time;
    }

    @GET
    @RunOnVirtualThread
    public Response status(@PathParam("executionId") String executionId, RoutingContext context)
            throws InterruptedException {
        StatusRequest request = Objects.requireNonNull(context.get(StatusRequest.KEY));
        return respond(StatusReply.to(request, lookup.statusOf(request.question()), Optional.empty(), time, observer));
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
