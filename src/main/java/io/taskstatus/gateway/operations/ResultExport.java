package io.taskstatus.gateway.operations;

import io.taskstatus.gateway.lookup.ResultStore;
import io.taskstatus.gateway.status.ExecutionId;
import io.taskstatus.gateway.status.StatusSnapshot;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Sends every stored result as lines, a page at a time: the next is read when the last has left for the client. */
final class ResultExport {
    private static final int PAGE = 1_000;
    /** How long a client may take for a page before it is taken for gone. */
    private static final Duration CLIENT_PATIENCE = Duration.ofSeconds(60);

    private final ResultStore store;

    ResultExport(ResultStore store) {
        this.store = store;
    }

    /**
     * Blocks until all is sent or the client is gone. The first page is read before the head is sent: a store that can't be
     * read is a problem document then; later on the connection ends before the last chunk.
     *
     * @return results sent
     */
    long send(HttpServerResponse response) throws InterruptedException, IOException {
        List<StatusSnapshot> page = store.page(Optional.empty(), PAGE);
        response.setChunked(true)
                .putHeader("Content-Type", "application/x-ndjson")
                .putHeader("Cache-Control", "no-store")
                .putHeader("X-Content-Type-Options", "nosniff");
        long sent = 0;
        while (!page.isEmpty()) {
            await(response.write(lines(page)));
            sent += page.size();
            ExecutionId last = page.getLast().id();
            page = store.page(Optional.of(last), PAGE);
        }
        await(response.end());
        return sent;
    }

    private static Buffer lines(List<StatusSnapshot> page) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(64 << 10);
        for (StatusSnapshot result : page) {
            ResultLines.write(result, bytes);
        }
        return Buffer.buffer(bytes.toByteArray());
    }

    private static void await(Future<Void> write) throws InterruptedException, IOException {
        try {
            write.toCompletionStage().toCompletableFuture().get(CLIENT_PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException | TimeoutException gone) {
            throw new IOException("the client is gone", gone);
        }
    }
}
