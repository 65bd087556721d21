package io.taskstatus.gateway.upstream;

import io.netty.handler.codec.PrematureChannelClosureException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.taskstatus.gateway.upstream.WireException.Kind;
import io.vertx.core.http.HttpClosedException;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** What the exceptions of the client mean, which it throws where no answer came. */
final class WireFaults {
    private WireFaults() {}

    /** @param life of the connection, where there was one */
    static Kind kindOf(Throwable thrown, Optional<ConnectionLife> life) {
        if (life.isEmpty()) {
            return beforeTheRequest(thrown);
        }
        ConnectionLife connection = life.get();
        if (!connection.looksLikeHttp()) {
            return Kind.NOT_HTTP;
        }
        if (isAbout(thrown, TimeoutException.class)) {
            return Kind.TIMEOUT;
        }
        if (connection.isSilent()) {
            return connection.isReused() ? Kind.STALE : Kind.UNREACHABLE;
        }
        // a head that the end of the connection cuts off is no malformed one
        return isAbout(thrown, IOException.class) || isAbout(thrown, PrematureChannelClosureException.class)
                ? Kind.UNREACHABLE
                : Kind.NOT_HTTP;
    }

    private static Kind beforeTheRequest(Throwable thrown) {
        if (isAbout(thrown, HttpClosedException.class)) {
            return Kind.LOST;
        }
        return isAbout(thrown, SSLException.class) && !isAbout(thrown, SslHandshakeTimeoutException.class)
                ? Kind.TLS
                : Kind.UNREACHABLE;
    }

    private static boolean isAbout(Throwable thrown, Class<? extends Throwable> what) {
        @Nullable Throwable cause = thrown;
        for (int depth = 0; cause != null && depth < 10; depth++) {
            if (what.isInstance(cause)) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }
}
