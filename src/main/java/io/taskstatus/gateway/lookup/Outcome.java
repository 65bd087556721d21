package io.taskstatus.gateway.lookup;

import java.util.Locale;

/** How an answer was obtained. The name in lower case is the metric label {@code source} and the word in logs. */
public enum Outcome {
    /** Memory held it. */
    MEMORY,
    /** The durable store held it. */
    STORE,
    /** The tier that replicas share held it. */
    SHARED,
    /** This request's own fetch. */
    UPSTREAM,
    /** The fetch of another request. */
    JOINED,
    /** A stale Running stands in for a failure. */
    STALE,
    /** Nothing was held and nothing fetched. */
    NONE;

    private final String word = name().toLowerCase(Locale.ROOT);

    public String word() {
        return word;
    }

    static Outcome of(Tier tier) {
        return switch (tier) {
            case MEMORY -> MEMORY;
            case STORE -> STORE;
            case SHARED -> SHARED;
        };
    }
}
