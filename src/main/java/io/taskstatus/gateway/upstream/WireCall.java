package io.taskstatus.gateway.upstream;

import io.opentelemetry.context.Context;
import io.quarkus.opentelemetry.runtime.QuarkusContextStorage;
import io.taskstatus.gateway.lookup.BodyRoom;
import io.taskstatus.gateway.upstream.UpstreamReply.BodyEnd;
import io.taskstatus.gateway.upstream.WireException.Kind;
import io.vertx.core.http.HttpClientRequest;
import jakarta.ws.rs.client.ClientRequestContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.util.Optional;
import java.util.function.Supplier;
import org.jboss.resteasy.reactive.client.impl.ClientRequestContextImpl;
import org.jspecify.annotations.Nullable;

/** One call on the wire, and a hand on its connection: closing a body's stream alone would pull the rest of it in. */
final class WireCall {
    /** Of an answer that is no 200, the beginning is enough: it may hold a message. */
    private static final int MAX_ERROR_BODY = 65_536;

    private static final ScopedValue<WireCall> CURRENT = ScopedValue.newInstance();

    private final int maxBody;
    private final BodyRoom.Share room;
    /** What the upstream's span is to be a part of, with tracing on. */
    private final Context trace;

    private volatile @Nullable ClientRequestContextImpl context;

    /**
     * @param room for the body
     * @param trace in which the call is made
     */
    WireCall(int maxBody, BodyRoom.Share room, Context trace) {
        this.maxBody = maxBody;
        this.room = room;
        this.trace = trace;
    }

    /** A request filter: tells the call that runs on this thread where to find its request. */
    static void began(ClientRequestContext context) {
        CURRENT.get().began((ClientRequestContextImpl) context);
    }

    private void began(ClientRequestContextImpl begun) {
        context = begun;
        if (!trace.equals(Context.root())) {
            // a scope that is never closed: the client's context ends with the call
            var _ = QuarkusContextStorage.INSTANCE.attach(begun.getContext(), trace);
        }
    }

    /** Makes the call, and reads what comes on this thread. */
    UpstreamReply make(Supplier<Response> ask) throws WireException {
        try (Response response = ScopedValue.where(CURRENT, this).call(ask::get)) {
            return read(response);
        } catch (InterruptedException givenUp) {
            end();
            throw new WireException(Kind.NO_ROOM);
        } catch (RuntimeException e) {
            Kind kind = WireFaults.kindOf(e, life());
            end();
            throw new WireException(kind);
        }
    }

    /**
     * Ends the call from another thread, and says what it lacked. Where there is no connection yet, it ends as soon as its
     * answer begins, for nobody would read that.
     */
    Kind giveUp() {
        boolean noRoom = room.isWaiting();
        ClientRequestContextImpl known = context;
        if (known != null) {
            var _ = known.getRestClientRequestContext().getResult().whenComplete((answer, fault) -> end());
        }
        Optional<ConnectionLife> life = life();
        end();
        if (noRoom) {
            return Kind.NO_ROOM;
        }
        return life.map(connection -> connection.looksLikeHttp() ? Kind.TIMEOUT : Kind.NOT_HTTP)
                .orElse(Kind.UNREACHABLE);
    }

    private void end() {
        request().ifPresent(request -> ConnectionLife.of(request).end(request));
    }

    /** The connection, once there is one. */
    private Optional<ConnectionLife> life() {
        return request().map(ConnectionLife::of);
    }

    private Optional<HttpClientRequest> request() {
        ClientRequestContextImpl known = context;
        return Optional.ofNullable(known == null ? null : known.unwrap(HttpClientRequest.class));
    }

    private UpstreamReply read(Response response) throws InterruptedException {
        int status = response.getStatus();
        int limit = status == 200 ? maxBody : MAX_ERROR_BODY;
        long length = lengthOf(response);
        boolean tooLarge = length > limit;
        IncomingBody body = new IncomingBody(tooLarge ? 0 : (int) length, limit, room);
        BodyEnd end = tooLarge ? BodyEnd.TOO_LARGE : body.readFrom(response.readEntity(InputStream.class));
        if (end == BodyEnd.COMPLETE) {
            request().ifPresent(request -> ConnectionLife.of(request).rest(request));
        } else {
            end();
        }
        return new UpstreamReply(
                status,
                header(response, HttpHeaders.CONTENT_TYPE).orElse(""),
                header(response, HttpHeaders.CONTENT_ENCODING).orElse(""),
                header(response, HttpHeaders.RETRY_AFTER),
                body.bytes(),
                end);
    }

    private static long lengthOf(Response response) {
        return header(response, HttpHeaders.CONTENT_LENGTH)
                .filter(length -> length.matches("[0-9]{1,18}"))
                .map(Long::parseLong)
                .orElse(0L);
    }

    private static Optional<String> header(Response response, String name) {
        return Optional.ofNullable(response.getStringHeaders().getFirst(name));
    }
}
