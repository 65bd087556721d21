package io.taskstatus.gateway;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.quarkus.vertx.http.ManagementInterface;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.taskstatus.gateway.lookup.BodyRoom;
import io.taskstatus.gateway.lookup.FreshnessPolicy;
import io.taskstatus.gateway.lookup.LookupObserver;
import io.taskstatus.gateway.lookup.PatientLookup;
import io.taskstatus.gateway.lookup.ResultStore;
import io.taskstatus.gateway.lookup.StatusLookup;
import io.taskstatus.gateway.lookup.Time;
import io.taskstatus.gateway.lookup.UpstreamState;
import io.taskstatus.gateway.operations.AdminRoutes;
import io.taskstatus.gateway.operations.LookupGauges;
import io.taskstatus.gateway.operations.LookupMetrics;
import io.taskstatus.gateway.operations.StatusTimes;
import io.taskstatus.gateway.operations.StoreMetrics;
import io.taskstatus.gateway.operations.TightHeap;
import io.taskstatus.gateway.upstream.UpstreamClient;
import io.taskstatus.gateway.upstream.UpstreamGuard;
import io.taskstatus.gateway.upstream.UpstreamSettings;
import io.taskstatus.gateway.upstream.UpstreamWire;
import io.taskstatus.gateway.web.HitRoute;
import io.taskstatus.gateway.web.PublicDoor;
import io.taskstatus.gateway.web.PublicFailures;
import io.taskstatus.gateway.web.RequestTimer;
import io.taskstatus.gateway.web.StatusEvents;
import io.taskstatus.gateway.web.StatusWaits;
import io.taskstatus.gateway.web.TeamTokens;
import io.vertx.ext.web.Router;
import io.vertx.redis.client.Redis;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jboss.logging.Logger;

/** The composition root: the architecture on one screen. The only class that sees the settings and every room. */
@Singleton
public class Wiring {
    /** After CORS (300) and authentication (200), before everything that Quarkus routes. */
    private static final int DOOR_PRIORITY = 150;

    /** After CORS, before authentication. */
    private static final int HIT_PRIORITY = 250;

    /** After hits, which leave whoever may be sending a body to the door. */
    private static final int BODY_PRIORITY = HIT_PRIORITY - 1;

    /** Next to it: where nobody has to say who they are, authentication would only cost memory for all who wait. */
    private static final int OPEN_DOOR_PRIORITY = HIT_PRIORITY - 2;

    /** How much of a body that nobody reads a client may send after its answer, and for how long. */
    private static final long MOST_AFTERWARDS = 1 << 20;

    private static final Duration AFTERWARDS = Duration.ofSeconds(2);

    private static final Duration STORE_PATIENCE = Duration.ofSeconds(1);
    private static final Logger LOG = Logger.getLogger(Wiring.class);
    private static final String VERSION = "1.0.0";

    /** Threads that may block, one for each flight, watch and stream. */
    private final Executor threads;

    private final GatewayConfig config;
    private final TracingWiring tracing;

    Wiring(GatewayConfig config, TracingWiring tracing) {
        this.config = ConfigRules.checked(config, Wiring::setting);
        this.tracing = tracing;
        this.threads = tracing.carrying(Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("lookup-", 0).factory()));
    }

    private static Optional<String> setting(String property) {
        return ConfigProvider.getConfig().getOptionalValue(property, String.class);
    }

    @Produces
    @Singleton
    Time time() {
        return Time.system();
    }

    @Produces
    @Singleton
    LookupObserver observer(MeterRegistry registry) {
        return tracing.telling(new LookupMetrics(registry, AccessWiring.labels(config)));
    }

    @Produces
    @Singleton
    StorageWiring storage(MeterRegistry registry, Instance<Redis> redis, Time time) {
        return StorageWiring.of(config, redis, new StoreMetrics(registry), time);
    }

    @Produces
    @Singleton
    ResultStore store(StorageWiring storage) {
        return storage.results();
    }

    void close(@Disposes ResultStore store) {
        store.close();
    }

    @Produces
    @Singleton
    BodyRoom room() {
        return BodyRoom.ofHeap();
    }

    @Produces
    @Singleton
    UpstreamClient upstream(
            UpstreamGuard guard, TlsConfigurationRegistry tls, BodyRoom room, LookupObserver observer, Time time) {
        GatewayConfig.Upstream upstream = config.upstream();
        UpstreamSettings settings = new UpstreamSettings(
                upstream.url(),
                upstream.apiKey(),
                "task-status-gateway/" + VERSION,
                upstream.connectTimeout(),
                upstream.attemptTimeout(),
                upstream.deadline(),
                (int) upstream.maxBody().asLongValue(),
                upstream.maxConcurrent(),
                upstream.maxWaiting());
        return new UpstreamClient(settings, new UpstreamWire(settings, tls.getDefault()), room, guard, observer, time);
    }

    void close(@Disposes UpstreamClient upstream) {
        upstream.close();
    }

    @Produces
    @Singleton
    StatusLookup lookup(StorageWiring storage, UpstreamClient upstream, LookupObserver observer, Time time) {
        GatewayConfig.Freshness freshness = config.freshness();
        FreshnessPolicy policy = new FreshnessPolicy(
                freshness.running(),
                freshness.runningMax(),
                freshness.notFound(),
                freshness.error(),
                freshness.staleIfError());
        StatusLookup lookup = new StatusLookup(
                storage.results(),
                storage.around(upstream, config),
                policy,
                config.memory().maxSize().asLongValue(),
                config.upstream().deadline(),
                threads,
                observer,
                time);
        storage.follow(lookup, upstream.pause());
        return lookup;
    }

    @Produces
    @Singleton
    PatientLookup patience(StatusLookup lookup, Time time) {
        return new PatientLookup(lookup, config.waiting().maxWaiters(), threads, time);
    }

    @Produces
    @Singleton
    TeamTokens tokens() {
        return AccessWiring.tokens(config);
    }

    @Produces
    @Singleton
    PublicDoor door(StatusLookup lookup, PatientLookup patience, BodyRoom room, LookupObserver observer, Time time) {
        StatusEvents events = new StatusEvents(lookup, patience, config.stream().max(), threads, observer, time);
        return new PublicDoor(
                AccessWiring.admission(config, time),
                lookup,
                events,
                new StatusWaits(patience, room, threads, observer, time),
                config.waiting().max(),
                room,
                observer,
                time);
    }

    void measure(
            @Observes StartupEvent start,
            MeterRegistry registry,
            StatusLookup lookup,
            PatientLookup patience,
            ResultStore store,
            UpstreamState upstream,
            Time time) {
        StoreMetrics.watch(registry, store);
        LookupGauges.register(registry, lookup.holdings(), patience, upstream, VERSION);
        TightHeap.watch(lookup.holdings(), time);
        ConfigRules.unknown(ConfigProvider.getConfig().getPropertyNames())
                .forEach(name -> LOG.warnf("%s is no setting of the gateway and changes nothing", name));
    }

    /** What is stored is there for the first request, unless storage is slow: then requests don't wait for it either. */
    void openStore(@Observes StartupEvent start, StorageWiring storage, StatusLookup lookup)
            throws InterruptedException {
        storage.awaitOpened(STORE_PATIENCE);
    }

    void openAdmin(@Observes ManagementInterface management, StatusLookup lookup, ResultStore store, Time time) {
        new AdminRoutes(config.admin().token(), lookup, store, threads, time).register(management.router());
    }

    /** First of all failure handlers, Quarkus' own being the last. */
    void catchFailures(@Observes Router router) {
        router.route().order(Integer.MIN_VALUE).failureHandler(new PublicFailures());
    }

    @Produces
    @Singleton
    RequestTimer timer(MeterRegistry registry) {
        return new StatusTimes(registry)::took;
    }

    void open(
            @Observes Filters filters,
            PublicDoor door,
            StatusLookup lookup,
            LookupObserver observer,
            RequestTimer timer,
            Time time) {
        boolean open = door.isOpenToAll();
        boolean unobserved = tracing.isOff()
                && setting("quarkus.http.access-log.enabled")
                        .filter(Boolean::parseBoolean)
                        .isEmpty();
        filters.register(new HitRoute(lookup, observer, timer, time, open && unobserved), HIT_PRIORITY);
        filters.register(new UnreadBody(MOST_AFTERWARDS, AFTERWARDS), BODY_PRIORITY);
        filters.register(door, open ? OPEN_DOOR_PRIORITY : DOOR_PRIORITY);
    }
}
