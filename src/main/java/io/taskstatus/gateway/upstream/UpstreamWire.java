package io.taskstatus.gateway.upstream;

import io.opentelemetry.context.Context;
import io.quarkus.rest.client.reactive.QuarkusRestClientBuilder;
import io.quarkus.tls.TlsConfiguration;
import io.taskstatus.gateway.lookup.BodyRoom;
import io.taskstatus.gateway.status.ExecutionId;
import io.taskstatus.gateway.upstream.WireException.Kind;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpVersion;
import jakarta.ws.rs.client.ClientRequestFilter;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Everything that touches the network: one GET, its answer read with a limit, within a given time.
 *
 * <p>An egress proxy is Quarkus' own setting ({@code quarkus.proxy.*}, or {@code quarkus.rest-client.proxy-*}), and so is a
 * private trust store ({@code quarkus.tls.trust-store.*}); that certificates are verified is not.
 */
public final class UpstreamWire implements AutoCloseable {
    /** A connection lives this long at most, so that a name that has moved is noticed. */
    static final Duration CONNECTION_LIFE = Duration.ofSeconds(30);

    /** Kept connections may end together; an upstream that ends each new one is not to be asked for ever. */
    private static final int MOST_LOST = 3;

    private final UpstreamApi api;
    private final @Nullable String apiKey;
    private final int maxBody;

    /** @param tls what the default TLS configuration of Quarkus trusts, where it says so */
    public UpstreamWire(UpstreamSettings settings, Optional<TlsConfiguration> tls) {
        this(settings, tls, CONNECTION_LIFE);
    }

    UpstreamWire(UpstreamSettings settings, Optional<TlsConfiguration> tls, Duration connectionLife) {
        this.maxBody = settings.maxBody();
        this.apiKey = settings.apiKey().orElse(null);
        Duration reusable = longer(connectionLife.minus(settings.attemptTimeout()), connectionLife.dividedBy(2));
        QuarkusRestClientBuilder builder = QuarkusRestClientBuilder.newBuilder()
                .baseUri(settings.url())
                .connectTimeout(settings.connectTimeout().toMillis(), TimeUnit.MILLISECONDS)
                .readTimeout(settings.attemptTimeout().toMillis(), TimeUnit.MILLISECONDS)
                .userAgent(settings.userAgent())
                .followRedirects(false)
                .disableDefaultMapper(true)
                .enableCompression(false)
                .trustAll(false)
                .verifyHost(true)
                .register((ClientRequestFilter) WireCall::began)
                .httpClientRequestCustomizer(request -> begin(request, reusable))
                .httpClientOptionsCustomizer(options -> customize(options, settings));
        tls.filter(trusted -> "https".equals(settings.url().getScheme())).ifPresent(builder::tlsConfiguration);
        this.api = builder.build(UpstreamApi.class);
    }

    private static void begin(HttpClientRequest request, Duration reusable) {
        ConnectionLife.begin(request, reusable);
        var _ = request.response().onSuccess(UpstreamWire::hideForm);
    }

    /** The client would take a form apart before anybody could set it a limit. */
    private static void hideForm(HttpClientResponse response) {
        String type = response.getHeader(HttpHeaders.CONTENT_TYPE);
        if (type != null && type.toLowerCase(Locale.ROOT).startsWith(MediaType.MULTIPART_FORM_DATA)) {
            response.headers().remove(HttpHeaders.CONTENT_TYPE);
        }
    }

    /** An attempt may begin just before a connection's time is over. */
    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    private static void customize(HttpClientOptions options, UpstreamSettings settings) {
        options.setProtocolVersion(HttpVersion.HTTP_1_1)
                .setUseAlpn(false)
                .setTrustAll(false)
                .setVerifyHost(true)
                // An attempt that was given up may hold its connection for a moment longer: nobody shall wait for that.
                .setMaxPoolSize(2 * settings.maxConcurrent())
                .setKeepAliveTimeout((int) CONNECTION_LIFE.toSeconds())
                .setSslHandshakeTimeout(settings.connectTimeout().toMillis())
                .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS)
                .setDecompressionSupported(false);
    }

    /**
     * Asks for {@code id} once. A kept-alive connection that turns out to be dead is replaced within the same time.
     *
     * @param patience for everything, from asking for a connection to the last byte
     * @param room for the body
     */
    UpstreamReply get(ExecutionId id, Optional<String> traceparent, Duration patience, BodyRoom.Share room)
            throws WireException {
        long until = System.nanoTime() + patience.toNanos();
        int lost = 0;
        while (true) {
            try {
                return getOnce(id, traceparent, until - System.nanoTime(), room);
            } catch (WireException e) {
                boolean replaced = e.kind() == Kind.STALE || (e.kind() == Kind.LOST && ++lost <= MOST_LOST);
                if (!replaced || until - System.nanoTime() <= 0) {
                    throw e;
                }
            }
        }
    }

    private UpstreamReply getOnce(ExecutionId id, Optional<String> traceparent, long nanos, BodyRoom.Share room)
            throws WireException {
        Context trace = Context.current();
        WireCall call = new WireCall(maxBody, room, trace);
        // with tracing on, the call's own span is the parent that the upstream is told of
        String parent = trace.equals(Context.root()) ? traceparent.orElse(null) : null;
        FutureTask<UpstreamReply> answer =
                new FutureTask<>(() -> call.make(() -> api.statusOf(id.value(), parent, apiKey)));
        Thread.ofVirtual().name("upstream").start(answer);
        try {
            return answer.get(nanos, TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new WireException(call.giveUp());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new WireException(call.giveUp());
        } catch (ExecutionException e) {
            if (e.getCause() instanceof WireException known) {
                throw known;
            }
            throw new IllegalStateException(e.getCause());
        } finally {
            answer.cancel(true);
        }
    }

    @Override
    public void close() {
        try {
            ((Closeable) api).close();
        } catch (IOException e) {
            throw new IllegalStateException("a client that can't be closed", e);
        }
    }
}
