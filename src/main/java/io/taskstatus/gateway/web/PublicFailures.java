package io.taskstatus.gateway.web;

import io.taskstatus.gateway.lookup.FailureReason;
import io.taskstatus.gateway.problem.ProblemDocument;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import org.jboss.logging.Logger;

/**
 * What failed before or beside every resource: a request that breaks HTTP itself, such as one without {@code Host}, gets
 * the bare status, and what nobody foresaw the one error shape.
 */
public final class PublicFailures implements Handler<RoutingContext> {
    private static final Logger LOG = Logger.getLogger(PublicFailures.class);

    @Override
    public void handle(RoutingContext context) {
        if (context.response().ended()) {
            return;
        }
        int status = context.statusCode();
        if (status >= 400 && status < 500) {
            context.response().setStatusCode(status).end();
            return;
        }
        ProblemDocument problem = PublicDoor.problem(FailureReason.INTERNAL_ERROR, context.request());
        LOG.errorf(
                context.failure(),
                "A request failed for a reason that nobody foresaw; trace %s",
                problem.traceId().orElse("none"));
        ProblemReply.send(
                context.response(),
                problem,
                1,
                !HttpMethod.HEAD.equals(context.request().method()));
    }
}
