package io.taskstatus.gateway.web;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import io.taskstatus.gateway.lookup.FailureReason;
import io.taskstatus.gateway.lookup.FetchAllowance;
import io.taskstatus.gateway.lookup.Time;
import io.taskstatus.gateway.web.Admission.Admitted;
import io.taskstatus.gateway.web.Admission.Refused;
import io.taskstatus.gateway.web.Admission.Verdict;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalDouble;

/** What each account, a team or a client address, may spend a second: requests, and fetches apart from them. */
public final class Limits {
    /** Accounts remembered at once; one that is forgotten starts anew with all it may spend. */
    private static final int MOST_ACCOUNTS = 50_000;
    /** Nothing is lost by forgetting one that was idle for longer than its buckets take to fill. */
    private static final Duration SHORTEST_MEMORY = Duration.ofMinutes(1);

    /** Permits a second, either of them unlimited where empty. */
    public record Rates(OptionalDouble requests, OptionalDouble fetches) {
        boolean isUnlimited() {
            return requests.isEmpty() && fetches.isEmpty();
        }

        /** These, with {@code general} where one is not set. */
        public Rates orElse(Rates general) {
            return new Rates(
                    requests.isPresent() ? requests : general.requests,
                    fetches.isPresent() ? fetches : general.fetches);
        }

        /** How long empty buckets take to fill. */
        Duration timeToFill() {
            double slowest = Math.min(requests.orElse(1), fetches.orElse(1));
            return secondsFor(Math.min(1, slowest));
        }
    }

    private record Account(FetchAllowance requests, FetchAllowance fetches) {}

    private final Rates general;
    private final Map<String, Rates> own;
    private final TimeMeter meter;
    private final Cache<String, Account> accounts;

    /**
     * @param general for accounts that have no rates of their own
     * @param own the rates of accounts that have some
     */
    public Limits(Rates general, Map<String, Rates> own, Time time) {
        this.general = general;
        this.own = Map.copyOf(own);
        long origin = time.ticks();
        this.meter = new TimeMeter() {
            // from zero: a bucket compares two times as they are, not by their difference
            @Override
            public long currentTimeNanos() {
                return time.ticks() - origin;
            }

            @Override
            public boolean isWallClockBased() {
                return false;
            }
        };
        Duration memory = own.values().stream()
                .map(Rates::timeToFill)
                .reduce(general.timeToFill(), (one, other) -> one.compareTo(other) > 0 ? one : other);
        this.accounts = Caffeine.newBuilder()
                .maximumSize(MOST_ACCOUNTS)
                .expireAfterAccess(memory.compareTo(SHORTEST_MEMORY) > 0 ? memory : SHORTEST_MEMORY)
                .ticker(time::ticks)
                .build();
    }

    /** Whether nobody is limited. */
    public boolean isUnlimited() {
        return general.isUnlimited() && own.values().stream().allMatch(Rates::isUnlimited);
    }

    /**
     * Takes one request out of {@code account}.
     *
     * @param team as metrics name whoever owns the account
     */
    Verdict charge(String account, String team) {
        Rates rates = own.getOrDefault(account, general);
        if (rates.isUnlimited()) {
            return new Admitted(new Caller(team, FetchAllowance.UNLIMITED));
        }
        Account spending = accounts.get(account, name -> open(rates));
        Duration refusedFor = spending.requests().take();
        return refusedFor.isPositive()
                ? new Refused(FailureReason.RATE_LIMITED, team, refusedFor)
                : new Admitted(new Caller(team, spending.fetches()));
    }

    /** Accounts that are not all unspent, about. */
    long accountsRemembered() {
        accounts.cleanUp();
        return accounts.estimatedSize();
    }

    private Account open(Rates rates) {
        return new Account(allowance(rates.requests()), allowance(rates.fetches()));
    }

    private FetchAllowance allowance(OptionalDouble perSecond) {
        if (perSecond.isEmpty()) {
            return FetchAllowance.UNLIMITED;
        }
        Bucket bucket = bucket(perSecond.getAsDouble());
        return () -> bucket.tryConsume(1)
                ? Duration.ZERO
                : Duration.ofNanos(
                        Math.max(1, bucket.estimateAbilityToConsume(1).getNanosToWaitForRefill()));
    }

    /** Bursts of one second's worth, at least of one. */
    private Bucket bucket(double perSecond) {
        long capacity = Math.max(1, (long) Math.ceil(perSecond));
        long tokens = perSecond < 1 ? 1 : Math.round(perSecond * 1_000);
        Duration period = perSecond < 1 ? secondsFor(perSecond) : Duration.ofSeconds(1_000);
        return Bucket.builder()
                .addLimit(limit -> limit.capacity(capacity).refillGreedy(tokens, period))
                .withCustomTimePrecision(meter)
                .build();
    }

    private static Duration secondsFor(double perSecond) {
        return Duration.ofNanos(Math.round(1e9 / perSecond));
    }
}
