package io.taskstatus.gateway.web;

import io.taskstatus.gateway.lookup.FailureReason;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** What nobody foresaw still gets the one error shape, and never a stack trace. */
public class UnhandledProblems {
    private static final Logger LOG = Logger.getLogger(UnhandledProblems.class);

    @ServerExceptionMapper
    Response unhandled(Throwable failure, RoutingContext context) {
        FailureReason reason = FailureReason.INTERNAL_ERROR;
        if (failure instanceof WebApplicationException refused) {
            reason = switch (refused.getResponse().getStatus()) {
                case 404, 406, 415 -> FailureReason.ROUTE_NOT_FOUND;
                case 405 -> FailureReason.METHOD_NOT_ALLOWED;
                default -> FailureReason.INTERNAL_ERROR;
            };
        } else if (!(failure instanceof InterruptedException)) {
            LOG.errorf(
                    failure,
                    "A request failed for a reason that nobody foresaw; trace %s",
                    TraceIds.of(context.request()).orElse("none"));
        }
        byte[] body = PublicDoor.problem(reason, context.request()).toJson();
        Response.ResponseBuilder response = Response.status(reason.status()).entity(body);
        ProblemReply.headers(reason, body.length, 1, response::header);
        return response.build();
    }
}
