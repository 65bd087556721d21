package io.taskstatus.gateway;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Every setting of the gateway; {@code docs/configuration.md} explains them. What a type can't rule out, {@link
 * ConfigRules} does.
 */
@ConfigMapping(prefix = "gateway")
public interface GatewayConfig {
    Upstream upstream();

    Freshness freshness();

    Memory memory();

    Store store();

    @io.smallrye.config.WithName("wait")
    Wait waiting();

    Stream stream();

    Admin admin();

    @WithDefault("open")
    Access access();

    Map<String, Team> teams();

    Limits limits();

    /** Where statuses come from. */
    interface Upstream {
        /** Scheme and authority, with a path prefix or without. */
        @WithDefault("https://run.truebit.network")
        URI url();

        /** Sent as {@code x-api-key}. */
        Optional<String> apiKey();

        @WithDefault("1s")
        Duration connectTimeout();

        /** For one attempt, its body included. */
        @WithDefault("3s")
        Duration attemptTimeout();

        /** For all attempts of a fetch and the line before them. */
        @WithDefault("5s")
        Duration deadline();

        /** The largest body that is taken. */
        @WithDefault("4M")
        MemorySize maxBody();

        /** Fetches under way. */
        @WithDefault("32")
        int maxConcurrent();

        /** Fetches in line. */
        @WithDefault("1000")
        int maxWaiting();
    }

    /** How long what is not terminal is served. */
    interface Freshness {
        @WithDefault("1s")
        Duration running();

        @WithDefault("5s")
        Duration runningMax();

        @WithDefault("1s")
        Duration notFound();

        @WithDefault("1s")
        Duration error();

        @WithDefault("30s")
        Duration staleIfError();
    }

    /** What is hot. */
    interface Memory {
        @WithDefault("64M")
        MemorySize maxSize();
    }

    /** Where terminal results rest. */
    interface Store {
        @WithDefault("embedded")
        StoreKind kind();

        /** The embedded store's folder. */
        @WithDefault("data")
        String path();

        /** Results of another namespace are never served. Default: the upstream's scheme, host and port. */
        Optional<String> namespace();
    }

    /** The kinds of store. */
    enum StoreKind {
        EMBEDDED,
        REDIS,
        NONE
    }

    /** {@code Prefer: wait}. */
    interface Wait {
        @WithDefault("55s")
        Duration max();

        @WithDefault("10000")
        int maxWaiters();
    }

    /** Event streams. */
    interface Stream {
        @WithDefault("15m")
        Duration max();
    }

    /** The admin routes. */
    interface Admin {
        Optional<String> token();
    }

    /** Who may ask. */
    enum Access {
        OPEN,
        TOKEN,
        OIDC
    }

    /** One team. */
    interface Team {
        /** Hex SHA-256 of the team's tokens, comma-separated. */
        Optional<String> tokenSha256();

        OptionalDouble requestsPerSecond();

        OptionalDouble fetchesPerSecond();
    }

    /** For each team, or for each client address where access is open. */
    interface Limits {
        OptionalDouble requestsPerSecond();

        OptionalDouble fetchesPerSecond();
    }
}
