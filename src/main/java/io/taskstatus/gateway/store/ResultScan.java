package io.taskstatus.gateway.store;

import io.taskstatus.gateway.status.ExecutionId;
import io.taskstatus.gateway.status.StatusSnapshot;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;

/**
 * Reads results in the order of their ids, which Redis does not keep: a scan of all keys finds the next so many ids, and
 * pages are read from these until they are used up. Nothing is written for an export that may never come.
 */
final class ResultScan {
    private static final int COUNT = 1_000;
    /** Ids that one scan of all keys gathers. */
    private static final int WINDOW = 100_000;
    /** Results asked for in one go, each of which may be as large as the largest body. */
    private static final int AT_ONCE = 16;
    /** A page that has more is sent before it has more yet. */
    private static final long PAGE_BYTES = 1 << 20;

    private final RedisLink link;
    private final RedisKeys keys;
    private Window window = new Window("", "", new TreeSet<>());

    /** The ids after {@code from} up to {@code to}, or up to the last of all where that is empty. */
    private record Window(String from, String to, NavigableSet<String> ids) {
        boolean covers(String after) {
            return !ids.isEmpty() && from.compareTo(after) <= 0 && !to.isEmpty() && after.compareTo(to) < 0;
        }
    }

    ResultScan(RedisLink link, RedisKeys keys) {
        this.link = link;
        this.keys = keys;
    }

    CompletableFuture<List<StatusSnapshot>> page(
            String after,
            int limit,
            Duration patience,
            BiFunction<ExecutionId, Response, Optional<StatusSnapshot>> open) {
        return window(after, patience).thenCompose(covering -> {
            List<String> ids =
                    covering.ids().tailSet(after, false).stream().limit(limit).toList();
            return read(ids, new ArrayList<>(), patience, open)
                    .thenCompose(page -> page.isEmpty() && !ids.isEmpty()
                            // all of these are gone or damaged: that is not the end
                            ? page(ids.getLast(), limit, patience, open)
                            : CompletableFuture.completedFuture(page));
        });
    }

    private synchronized CompletableFuture<Window> window(String after, Duration patience) {
        if (!after.isEmpty() && window.covers(after)) {
            return CompletableFuture.completedFuture(window);
        }
        return scan(after, "0", new TreeSet<>(), patience).thenApply(ids -> {
            Window found = new Window(after, ids.isEmpty() ? "" : ids.last(), ids);
            synchronized (this) {
                window = found;
            }
            return found;
        });
    }

    private CompletableFuture<NavigableSet<String>> scan(
            String after, String cursor, NavigableSet<String> ids, Duration patience) {
        Request request = Request.cmd(Command.SCAN)
                .arg(cursor)
                .arg("MATCH")
                .arg(keys.everyResult())
                .arg("COUNT")
                .arg(COUNT);
        return link.send(request, patience).thenCompose(reply -> {
            Response answer = reply.orElseThrow();
            for (Response key : answer.get(1)) {
                String id = keys.idOf(key.toString());
                if (id.compareTo(after) > 0) {
                    ids.add(id);
                    if (ids.size() > WINDOW) {
                        ids.pollLast();
                    }
                }
            }
            String next = answer.get(0).toString();
            return next.equals("0") ? CompletableFuture.completedFuture(ids) : scan(after, next, ids, patience);
        });
    }

    /** Reads {@code ids}, a few at once, into {@code page} until all are read or it is large enough. */
    private CompletableFuture<List<StatusSnapshot>> read(
            List<String> ids,
            List<StatusSnapshot> page,
            Duration patience,
            BiFunction<ExecutionId, Response, Optional<StatusSnapshot>> open) {
        CompletableFuture<?> some = CompletableFuture.completedFuture(page);
        for (String name : ids.subList(0, Math.min(AT_ONCE, ids.size()))) {
            Optional<ExecutionId> id = ExecutionId.parse(name);
            if (id.isPresent()) {
                CompletableFuture<Optional<Response>> reply =
                        link.send(Request.cmd(Command.GET).arg(keys.result(id.get())), patience);
                some = some.thenCombine(reply, (before, value) -> value.flatMap(there -> open.apply(id.get(), there))
                        .map(page::add));
            }
        }
        return some.thenCompose(done -> {
            long bytes = page.stream().mapToLong(result -> result.body().length).sum();
            return ids.size() <= AT_ONCE || bytes > PAGE_BYTES
                    ? CompletableFuture.completedFuture(page)
                    : read(ids.subList(AT_ONCE, ids.size()), page, patience, open);
        });
    }
}
