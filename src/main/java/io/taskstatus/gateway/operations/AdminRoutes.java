package io.taskstatus.gateway.operations;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.taskstatus.gateway.lookup.FailureReason;
import io.taskstatus.gateway.lookup.ResultStore;
import io.taskstatus.gateway.lookup.StatusLookup;
import io.taskstatus.gateway.lookup.StoreUnavailableException;
import io.taskstatus.gateway.lookup.Tier;
import io.taskstatus.gateway.lookup.Time;
import io.taskstatus.gateway.problem.ProblemDocument;
import io.taskstatus.gateway.status.ExecutionId;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import org.jboss.logging.Logger;

/**
 * What operators do with stored results: look, purge, export, import. On the management port, for whoever holds the admin
 * token; each purge and import leaves a line in the log.
 */
public final class AdminRoutes {
    /** The largest import, in bytes. */
    static final int MAX_IMPORT = 8 << 20;

    private static final String RESULTS = "/admin/results";
    /** Imports that are read at one time: each takes several times the body, which the framework has read before. */
    private static final int MOST_IMPORTS = 2;

    private static final Logger LOG = Logger.getLogger(AdminRoutes.class);
    private static final Logger AUDIT = Logger.getLogger("io.taskstatus.gateway.audit");

    private final Optional<AdminToken> token;
    private final StatusLookup lookup;
    private final ResultExport export;
    private final Time time;
    private final Executor executor;
    private final BodyHandler body = BodyHandler.create(false).setBodyLimit(MAX_IMPORT);
    private final Semaphore imports = new Semaphore(MOST_IMPORTS);

    /**
     * @param token without one the routes answer 403
     * @param executor runs each request on a thread that may block
     */
    public AdminRoutes(Optional<String> token, StatusLookup lookup, ResultStore store, Executor executor, Time time) {
        this.token = AdminToken.of(token);
        this.lookup = lookup;
        this.export = new ResultExport(store);
        this.executor = executor;
        this.time = time;
    }

    /** Puts the routes on the management port. */
    public void register(Router router) {
        router.route("/admin*").order(Integer.MIN_VALUE).failureHandler(this::failed);
        router.route("/admin*").handler(this::route);
        router.post(RESULTS).handler(context -> run(context, () -> importAll(context)));
    }

    /** Route, method, access, limit, id: the order of the public port. */
    private void route(RoutingContext context) {
        String path = String.valueOf(context.request().path());
        boolean all = path.equals(RESULTS);
        boolean one = path.startsWith(RESULTS + "/") && path.length() > RESULTS.length() + 1;
        if (!all && !one) {
            refuse(context, FailureReason.ROUTE_NOT_FOUND);
            return;
        }
        String method = context.request().method().name();
        List<String> methods = all ? List.of("GET", "POST") : List.of("GET", "DELETE");
        if (!methods.contains(method)) {
            context.response().putHeader("Allow", String.join(", ", methods));
            refuse(context, FailureReason.METHOD_NOT_ALLOWED);
            return;
        }
        if (token.isEmpty()) {
            refuse(context, FailureReason.ADMIN_DISABLED);
        } else if (!token.get().isIn(context.request().getHeader("Authorization"))) {
            refuse(context, FailureReason.UNAUTHORIZED);
        } else if (all && method.equals("GET")) {
            run(context, () -> exportAll(context));
        } else if (all) {
            // else what curl sends without a type is taken for a form
            context.request().headers().remove("Content-Type");
            body.handle(context);
        } else {
            routeOne(context, method, path.substring(RESULTS.length() + 1));
        }
    }

    private void routeOne(RoutingContext context, String method, String encoded) {
        Optional<ExecutionId> id = ExecutionId.parseEncoded(encoded);
        if (id.isEmpty()) {
            refuse(context, FailureReason.INVALID_EXECUTION_ID);
        } else {
            run(context, method.equals("GET") ? () -> inspect(context, id.get()) : () -> purge(context, id.get()));
        }
    }

    @FunctionalInterface
    private interface Work {
        void run() throws IOException, InterruptedException;
    }

    private void run(RoutingContext context, Work work) {
        executor.execute(() -> {
            try {
                work.run();
            } catch (StoreUnavailableException e) {
                LOG.warnf("An operator's request failed: %s", e.getMessage());
                refuse(context, problem(context, FailureReason.INTERNAL_ERROR).saying(e.getMessage() + "."));
            } catch (IOException | InterruptedException gone) {
                context.response().reset();
            } catch (RuntimeException e) {
                LOG.error("An operator's request failed for a reason that nobody foresaw", e);
                refuse(context, FailureReason.INTERNAL_ERROR);
            }
        });
    }

    private void inspect(RoutingContext context, ExecutionId id) {
        List<ResultStore.Held> held = lookup.holdings().inspect(id);
        if (held.isEmpty()) {
            refuse(
                    context,
                    problem(context, FailureReason.EXECUTION_NOT_FOUND).saying("No tier holds this execution."));
            return;
        }
        JsonArray tiers = new JsonArray();
        for (ResultStore.Held each : held) {
            Duration age = Duration.between(each.snapshot().fetchedAt(), time.now());
            tiers.add(new JsonObject()
                    .put("tier", each.tier().word())
                    .put("status", each.snapshot().status().word())
                    .put("age", Math.max(0, age.toSeconds()))
                    .put("fetchedAt", each.snapshot().fetchedAt().toString())
                    .put("size", each.snapshot().body().length)
                    .put("etag", each.snapshot().etag()));
        }
        reply(context, new JsonObject().put("executionId", id.value()).put("tiers", tiers));
    }

    private void purge(RoutingContext context, ExecutionId id) {
        Set<Tier> removed = lookup.holdings().forget(id);
        AUDIT.infof("Purge of %s by %s: removed from %s", id, client(context), removed);
        JsonArray tiers = new JsonArray();
        removed.stream().sorted().map(Tier::word).forEach(tiers::add);
        reply(context, new JsonObject().put("executionId", id.value()).put("removed", tiers));
    }

    private void exportAll(RoutingContext context) throws IOException, InterruptedException {
        long sent = export.send(context.response());
        AUDIT.infof("Export by %s: %d results", client(context), sent);
    }

    private void importAll(RoutingContext context) throws InterruptedException {
        Buffer sent = context.body().buffer();
        byte[] lines = sent == null ? new byte[0] : sent.getBytes();
        ResultImport work = new ResultImport(lookup);
        imports.acquire();
        Optional<String> complaint;
        try {
            complaint = work.run(lines);
        } finally {
            imports.release();
            AUDIT.infof(
                    "Import by %s: %d imported, %d already there, %d conflicts",
                    client(context), work.imported(), work.alreadyThere(), work.conflicts());
        }
        if (complaint.isPresent()) {
            refuse(
                    context,
                    problem(context, FailureReason.INVALID_IMPORT)
                            .saying("%s. Of the lines before it %d were imported, %d already there, %d in conflict."
                                    .formatted(
                                            complaint.get(), work.imported(), work.alreadyThere(), work.conflicts())));
            return;
        }
        reply(
                context,
                new JsonObject()
                        .put("imported", work.imported())
                        .put("alreadyThere", work.alreadyThere())
                        .put("conflicts", work.conflicts()));
    }

    private static String client(RoutingContext context) {
        return String.valueOf(context.request().remoteAddress());
    }

    /** What the framework refused: a body that is too large, or (for whoever comes next) what is no HTTP. */
    private void failed(RoutingContext context) {
        if (context.response().ended()) {
            return;
        }
        if (context.statusCode() == 400) {
            context.next();
            return;
        }
        refuse(context, context.statusCode() == 413 ? FailureReason.IMPORT_TOO_LARGE : FailureReason.INTERNAL_ERROR);
    }

    private static void reply(RoutingContext context, JsonObject document) {
        context.response()
                .putHeader("Content-Type", "application/json")
                .putHeader("Cache-Control", "no-store")
                .putHeader("X-Content-Type-Options", "nosniff")
                .end(document.toBuffer());
    }

    private static ProblemDocument problem(RoutingContext context, FailureReason reason) {
        SpanContext span = Span.current().getSpanContext();
        return ProblemDocument.of(reason, String.valueOf(context.request().path()))
                .within(span.isValid() ? Optional.of(span.getTraceId()) : Optional.empty());
    }

    private static void refuse(RoutingContext context, FailureReason reason) {
        refuse(context, problem(context, reason));
    }

    private static void refuse(RoutingContext context, ProblemDocument problem) {
        HttpServerResponse response = context.response();
        if (response.headWritten()) {
            response.reset();
            return;
        }
        response.setStatusCode(problem.reason().status())
                .putHeader("Content-Type", ProblemDocument.MEDIA_TYPE)
                .putHeader("Cache-Control", "no-store")
                .putHeader("X-Content-Type-Options", "nosniff");
        if (problem.reason() == FailureReason.UNAUTHORIZED) {
            response.putHeader("WWW-Authenticate", "Bearer");
        }
        response.end(Buffer.buffer(problem.toJson()));
    }
}
