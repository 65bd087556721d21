package io.taskstatus.gateway.web;

import io.smallrye.common.annotation.RunOnVirtualThread;
import io.taskstatus.gateway.lookup.BodyRoom;
import io.taskstatus.gateway.lookup.LookupObserver;
import io.taskstatus.gateway.lookup.StatusLookup;
import io.taskstatus.gateway.lookup.Time;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.OutputStream;
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
    private final BodyRoom room;
    private final LookupObserver observer;
    private final Time time;

    StatusResource(StatusLookup lookup, BodyRoom room, LookupObserver observer, Time time) {
        this.lookup = lookup;
        this.room = room;
        this.observer = observer;
        this.time = time;
    }

    @GET
    @RunOnVirtualThread
    public Response status(@PathParam("executionId") String executionId, RoutingContext context)
            throws InterruptedException {
        StatusRequest request = Objects.requireNonNull(context.get(StatusRequest.KEY));
        StatusReply reply =
                StatusReply.to(request, lookup.statusOf(request.question()), Optional.empty(), time, observer);
        if (reply.body().length > BodyPieces.LARGE) {
            context.response().setWriteQueueMaxSize(BodyPieces.PIECE);
        }
        return respond(reply);
    }

    private Response respond(StatusReply reply) {
        Response.ResponseBuilder builder = Response.status(reply.status());
        byte[] body = reply.body();
        if (body.length > BodyPieces.LARGE) {
            builder.entity((StreamingOutput) target -> send(body, target));
        } else if (reply.status() != 304) {
            builder.entity(body);
        }
        reply.headers().to(builder::header);
        return builder.build();
    }

    /** As fast as its reader takes it. */
    private void send(byte[] body, OutputStream target) throws IOException {
        room.leave(body);
        try {
            target.write(body);
        } finally {
            room.left(body);
        }
    }
}
