package io.taskstatus.gateway.lookup;

import java.util.Locale;

/** Where a result rests. The name in lower case is the {@code detail} of {@code Cache-Status}. */
public enum Tier {
    MEMORY,
    STORE,
    SHARED;

    private final String word = name().toLowerCase(Locale.ROOT);

    public String word() {
        return word;
    }
}
