package io.taskstatus.gateway.store;

import io.taskstatus.gateway.status.ExecutionId;

/**
 * Names of what the gateway keeps in Redis: {@code task-status-gateway:1:<namespace>:…}, where 1 is the version of the
 * layout. Keys that one script touches have one hash tag, so that a Redis Cluster keeps them on one node.
 */
final class RedisKeys {
    private static final String PREFIX = "task-status-gateway:1:";

    private final String prefix;

    /** @param namespace whose results are kept; braces in it are written otherwise, for they would be the hash tag */
    RedisKeys(String namespace) {
        prefix = PREFIX + namespace.replace("{", "%7B").replace("}", "%7D") + ":";
    }

    /** A terminal result, for ever. */
    String result(ExecutionId id) {
        return of(id, ":result");
    }

    /** What the last fetch brought, where that was no result; expires by itself. */
    String outcome(ExecutionId id) {
        return of(id, ":outcome");
    }

    /** Who fetches now; expires by itself. */
    String lease(ExecutionId id) {
        return of(id, ":lease");
    }

    /** That somebody waits for the fetch to end; expires by itself. */
    String awaited(ExecutionId id) {
        return of(id, ":awaited");
    }

    /** When it was last purged; expires by itself. */
    String mark(ExecutionId id) {
        return of(id, ":purged");
    }

    private String of(ExecutionId id, String what) {
        return prefix + '{' + id.value() + '}' + what;
    }

    /** A stream of what was purged, for replicas that were away. */
    String purges() {
        return prefix + "{all}:purges";
    }

    /** The pause that the upstream asked for, while it lasts. */
    String pause() {
        return prefix + "{all}:pause";
    }

    /** A name for this data: another one, and Redis has lost what it had. */
    String epoch() {
        return prefix + "{all}:epoch";
    }

    /** The channel on which replicas tell each other that there is news. */
    String news() {
        return prefix + "news";
    }

    /** What {@code SCAN} looks for to find all results: an id has none of the characters that mean something there. */
    String everyResult() {
        String pattern = prefix.replaceAll("[*?\\[\\]\\\\^-]", "\\\\$0");
        return pattern + "{*}:result";
    }

    /** The id whose result lies under {@code key}, as {@link #everyResult} finds it. */
    String idOf(String key) {
        return key.substring(prefix.length() + 1, key.length() - "}:result".length());
    }
}
