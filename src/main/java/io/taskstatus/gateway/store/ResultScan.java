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
            return read(ids, patience, open);
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

    private CompletableFuture<List<StatusSnapshot>> read(
            List<String> ids, Duration patience, BiFunction<ExecutionId, Response, Optional<StatusSnapshot>> open) {
        List<StatusSnapshot> page = new ArrayList<>();
        CompletableFuture<?> all = CompletableFuture.completedFuture(page);
        for (String name : ids) {
            Optional<ExecutionId> id = ExecutionId.parse(name);
            if (id.isPresent()) {
                CompletableFuture<Optional<Response>> reply =
                        link.send(Request.cmd(Command.GET).arg(keys.result(id.get())), patience);
                all = all.thenCombine(reply, (before, value) -> value.flatMap(there -> open.apply(id.get(), there))
                        .map(page::add));
            }
        }
        return all.thenApply(done -> page);
    }
}
