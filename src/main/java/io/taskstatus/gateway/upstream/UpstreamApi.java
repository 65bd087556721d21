package io.taskstatus.gateway.upstream;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.jspecify.annotations.Nullable;

/** The upstream's one endpoint. A blocking {@link Response} is what lets the body be read with a limit, as it comes. */
@Path("/task/function/execution-status")
interface UpstreamApi {
    @GET
    @Path("/{executionId}")
    @Produces(MediaType.APPLICATION_JSON)
    Response statusOf(
            @PathParam("executionId") String executionId,
            @HeaderParam("traceparent") @Nullable String traceparent,
            @HeaderParam("x-api-key") @Nullable String apiKey);
}
