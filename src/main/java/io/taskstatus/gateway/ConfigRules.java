package io.taskstatus.gateway;

import io.quarkus.runtime.configuration.MemorySize;
import java.io.Serial;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a setting has to be beyond its type, and which names there are. */
final class ConfigRules {
    private static final Duration LONGEST_TIMEOUT = Duration.ofMinutes(10);
    private static final Duration LONGEST_FRESHNESS = Duration.ofDays(1);
    private static final int LAST_PORT = 65_535;
    private static final long LARGEST_BODY = 512L << 20;
    private static final long LARGEST_MEMORY = 1L << 40;
    private static final Pattern TEAM = Pattern.compile("[a-z0-9]+");
    private static final Pattern SHA256 = Pattern.compile("[0-9a-fA-F]{64}");
    private static final Pattern FIELD_VALUE = Pattern.compile("[\\x21-\\x7e]([\\x20-\\x7e]*[\\x21-\\x7e])?");

    /** Every setting's name but those of teams. */
    static final Set<String> NAMES = Set.of(
            "gateway.upstream.url",
            "gateway.upstream.api-key",
            "gateway.upstream.connect-timeout",
            "gateway.upstream.attempt-timeout",
            "gateway.upstream.deadline",
            "gateway.upstream.max-body",
            "gateway.upstream.max-concurrent",
            "gateway.upstream.max-waiting",
            "gateway.freshness.running",
            "gateway.freshness.running-max",
            "gateway.freshness.not-found",
            "gateway.freshness.error",
            "gateway.freshness.stale-if-error",
            "gateway.memory.max-size",
            "gateway.store.kind",
            "gateway.store.path",
            "gateway.store.namespace",
            "gateway.wait.max",
            "gateway.wait.max-waiters",
            "gateway.stream.max",
            "gateway.admin.token",
            "gateway.access",
            "gateway.limits.requests-per-second",
            "gateway.limits.fetches-per-second");

    private static final Pattern TEAM_SETTING =
            Pattern.compile("gateway\\.teams\\.[a-z0-9]+\\.(token-sha256|requests-per-second|fetches-per-second)");
    private static final Pattern TEAM_VARIABLE =
            Pattern.compile("GATEWAY_TEAMS_[A-Z0-9]+_(TOKEN_SHA256|REQUESTS_PER_SECOND|FETCHES_PER_SECOND)");
    /** Kubernetes sets these beside a service called "gateway". */
    private static final Pattern SERVICE_LINK = Pattern.compile("GATEWAY_(SERVICE|PORT)(_.*)?");

    private final List<String> complaints = new ArrayList<>();

    private ConfigRules() {}

    /** One or more settings are wrong. */
    static final class Violated extends RuntimeException {
        @Serial
        private static final long serialVersionUID = 1;

        private final ArrayList<String> complaints;

        Violated(List<String> complaints) {
            super(String.join("; ", complaints));
            this.complaints = new ArrayList<>(complaints);
        }

        /** A line for each setting that is wrong, naming it; no secret is repeated. */
        List<String> complaints() {
            return complaints;
        }
    }

    /**
     * @param others looks up a property that is not the gateway's own
     * @throws Violated unless every setting is right
     */
    static GatewayConfig checked(GatewayConfig config, Function<String, Optional<String>> others) {
        List<String> complaints = complaints(config, others);
        if (!complaints.isEmpty()) {
            throw new Violated(complaints);
        }
        return config;
    }

    static List<String> complaints(GatewayConfig config, Function<String, Optional<String>> others) {
        ConfigRules rules = new ConfigRules();
        rules.upstream(config.upstream());
        rules.freshness(config.freshness());
        rules.range("gateway.memory.max-size", config.memory().maxSize(), 0, LARGEST_MEMORY);
        rules.range("gateway.wait.max", config.waiting().max(), Duration.ZERO, Duration.ofHours(1));
        rules.range("gateway.wait.max-waiters", config.waiting().maxWaiters(), 0, 1_000_000);
        rules.range("gateway.stream.max", config.stream().max(), Duration.ofSeconds(1), Duration.ofDays(1));
        rules.check(!config.store().path().isBlank(), "gateway.store.path", "is empty");
        rules.check(
                config.store().namespace().filter(String::isBlank).isEmpty(), "gateway.store.namespace", "is empty");
        rules.check(
                config.store().kind() != GatewayConfig.StoreKind.REDIS
                        || RedisSwitch.ADDRESSES.stream().map(others).anyMatch(Optional::isPresent),
                "gateway.store.kind",
                "is redis, but quarkus.redis.hosts is not set");
        rules.check(
                config.admin()
                        .token()
                        .filter(token -> !FIELD_VALUE.matcher(token).matches())
                        .isEmpty(),
                "gateway.admin.token",
                "has characters that a header can't carry, or begins or ends with white space");
        rules.access(config);
        rules.port("quarkus.http.port", others);
        rules.port("quarkus.management.port", others);
        return rules.complaints;
    }

    private void upstream(GatewayConfig.Upstream upstream) {
        URI url = upstream.url();
        String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
        check(
                Set.of("http", "https").contains(scheme)
                        && url.getHost() != null
                        && url.getRawQuery() == null
                        && url.getRawFragment() == null
                        && url.getRawUserInfo() == null
                        && (url.getPort() == -1 || (url.getPort() > 0 && url.getPort() <= LAST_PORT)),
                "gateway.upstream.url",
                "has to be http or https with a host, a port from 1 to 65535 or none, and without user, query and fragment");
        check(
                upstream.apiKey()
                        .filter(key -> !FIELD_VALUE.matcher(key).matches())
                        .isEmpty(),
                "gateway.upstream.api-key",
                "has characters that a header can't carry");
        Duration least = Duration.ofMillis(1);
        range("gateway.upstream.connect-timeout", upstream.connectTimeout(), least, LONGEST_TIMEOUT);
        range("gateway.upstream.attempt-timeout", upstream.attemptTimeout(), least, LONGEST_TIMEOUT);
        range("gateway.upstream.deadline", upstream.deadline(), least, LONGEST_TIMEOUT);
        range("gateway.upstream.max-body", upstream.maxBody(), 1, LARGEST_BODY);
        range("gateway.upstream.max-concurrent", upstream.maxConcurrent(), 1, 100_000);
        range("gateway.upstream.max-waiting", upstream.maxWaiting(), 0, 1_000_000);
    }

    private void freshness(GatewayConfig.Freshness freshness) {
        range("gateway.freshness.running", freshness.running(), Duration.ZERO, LONGEST_FRESHNESS);
        range("gateway.freshness.running-max", freshness.runningMax(), Duration.ZERO, LONGEST_FRESHNESS);
        range("gateway.freshness.not-found", freshness.notFound(), Duration.ZERO, LONGEST_FRESHNESS);
        range("gateway.freshness.error", freshness.error(), Duration.ZERO, LONGEST_FRESHNESS);
        range("gateway.freshness.stale-if-error", freshness.staleIfError(), Duration.ZERO, LONGEST_FRESHNESS);
    }

    private void access(GatewayConfig config) {
        config.teams().forEach((name, team) -> {
            String prefix = "gateway.teams." + name;
            check(TEAM.matcher(name).matches(), prefix + setting(team), "is no setting: a team's name is [a-z0-9]+");
            team.tokenSha256().ifPresent(hashes -> {
                boolean hex = Stream.of(hashes.split(",", -1))
                        .allMatch(hash -> SHA256.matcher(hash.strip()).matches());
                check(hex, prefix + ".token-sha256", "has to be SHA-256 sums of 64 hex digits, comma-separated");
            });
            rate(prefix + ".requests-per-second", team.requestsPerSecond());
            rate(prefix + ".fetches-per-second", team.fetchesPerSecond());
        });
        boolean tokens = config.teams().values().stream()
                .anyMatch(team -> team.tokenSha256().isPresent());
        check(
                config.access() != GatewayConfig.Access.TOKEN || tokens,
                "gateway.access",
                "is token, but no gateway.teams.<name>.token-sha256 is set");
        rate("gateway.limits.requests-per-second", config.limits().requestsPerSecond());
        rate("gateway.limits.fetches-per-second", config.limits().fetchesPerSecond());
    }

    /** The first of a team's settings that is there. */
    private static String setting(GatewayConfig.Team team) {
        if (team.tokenSha256().isPresent()) {
            return ".token-sha256";
        }
        return team.requestsPerSecond().isPresent() ? ".requests-per-second" : ".fetches-per-second";
    }

    private void rate(String name, OptionalDouble rate) {
        check(
                rate.isEmpty() || (rate.getAsDouble() >= 0.001 && rate.getAsDouble() <= 1e6),
                name,
                "has to be from 0.001 to 1000000");
    }

    /** What is no number, the framework complains about. */
    private void port(String name, Function<String, Optional<String>> others) {
        others.apply(name)
                .filter(value -> value.matches("-?[0-9]{1,9}"))
                .ifPresent(value -> range(name, Integer.parseInt(value), 0, LAST_PORT));
    }

    private void range(String name, Duration value, Duration least, Duration most) {
        check(
                value.compareTo(least) >= 0 && value.compareTo(most) <= 0,
                name,
                "is " + value + ", but has to be from " + least + " to " + most);
    }

    private void range(String name, MemorySize size, long least, long most) {
        BigInteger value = size.asBigInteger();
        check(
                value.compareTo(BigInteger.valueOf(least)) >= 0 && value.compareTo(BigInteger.valueOf(most)) <= 0,
                name,
                "is " + value + " bytes, but has to be from " + least + " to " + most);
    }

    private void range(String name, long value, long least, long most) {
        check(value >= least && value <= most, name, "is " + value + ", but has to be from " + least + " to " + most);
    }

    private void check(boolean holds, String name, String otherwise) {
        if (!holds) {
            complaints.add(name + " " + otherwise);
        }
    }

    /**
     * The names among {@code names} that look like settings of the gateway but are none. A variable is given as itself and
     * as what the configuration library makes of it, and is told once.
     */
    static List<String> unknown(Iterable<String> names) {
        Set<String> given = new LinkedHashSet<>();
        names.forEach(given::add);
        Set<String> variables = NAMES.stream().map(ConfigRules::variable).collect(Collectors.toUnmodifiableSet());
        return given.stream()
                .filter(name -> {
                    boolean strangeProperty = name.startsWith("gateway.")
                            && !NAMES.contains(name)
                            && !TEAM_SETTING.matcher(name).matches()
                            && !given.contains(variable(name));
                    boolean strangeVariable = name.startsWith("GATEWAY_")
                            && !variables.contains(name)
                            && !TEAM_VARIABLE.matcher(name).matches()
                            && !SERVICE_LINK.matcher(name).matches();
                    return strangeProperty || strangeVariable;
                })
                .toList();
    }

    private static String variable(String name) {
        return name.replaceAll("[^a-zA-Z0-9]", "_").toUpperCase(Locale.ROOT);
    }
}
