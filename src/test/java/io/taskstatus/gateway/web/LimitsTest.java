package io.taskstatus.gateway.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstatus.gateway.lookup.FailureReason;
import io.taskstatus.gateway.lookup.Time;
import io.taskstatus.gateway.web.Limits.Rates;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LimitsTest {
    private static final Rates NONE = new Rates(OptionalDouble.empty(), OptionalDouble.empty());

    private final Clock clock = new Clock();

    private static final class Clock implements Time {
        private long ticks = Long.MAX_VALUE - 5;

        @Override
        public long ticks() {
            return ticks;
        }

        @Override
        public Instant now() {
            return Instant.EPOCH;
        }

        void advance(Duration by) {
            ticks += by.toNanos();
        }
    }

    private static Rates requests(double perSecond) {
        return new Rates(OptionalDouble.of(perSecond), OptionalDouble.empty());
    }

    private static Rates fetches(double perSecond) {
        return new Rates(OptionalDouble.empty(), OptionalDouble.of(perSecond));
    }

    private int admittedOf(int attempts, Limits limits, String account) {
        int admitted = 0;
        for (int i = 0; i < attempts; i++) {
            admitted += limits.charge(account, "team") instanceof Admission.Admitted ? 1 : 0;
        }
        return admitted;
    }

    @ParameterizedTest
    @CsvSource({"5, 5", "1, 1", "0.25, 1", "2.5, 3", "1000000, 1000"})
    void aBurstOfOneSecondsWorthGetsInAndAtLeastOneDoes(double perSecond, int burst) {
        Limits limits = new Limits(requests(perSecond), Map.of(), clock);

        assertThat(admittedOf(1_000, limits, "a")).isEqualTo(burst);
    }

    @ParameterizedTest
    @CsvSource({"5, 200", "1, 1000", "0.25, 4000", "2.5, 400"})
    void theRefusedAreToldWhenToComeBackAndThenGetIn(double perSecond, long millis) {
        Limits limits = new Limits(requests(perSecond), Map.of(), clock);
        admittedOf(100, limits, "a");

        assertThat(limits.charge("a", "team"))
                .isEqualTo(new Admission.Refused(FailureReason.RATE_LIMITED, "team", Duration.ofMillis(millis)));

        clock.advance(Duration.ofMillis(millis).minusNanos(1));
        assertThat(admittedOf(1, limits, "a")).isZero();
        clock.advance(Duration.ofNanos(1));
        assertThat(admittedOf(2, limits, "a")).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"7, 70", "0.1, 1", "2.5, 25", "333.3, 3333"})
    void overALongTimeTheRateIsKept(double perSecond, int inTenSeconds) {
        Limits limits = new Limits(requests(perSecond), Map.of(), clock);
        admittedOf(1_000, limits, "a");
        int admitted = 0;
        for (int i = 0; i < 10_000; i++) {
            clock.advance(Duration.ofMillis(1));
            admitted += admittedOf(3, limits, "a");
        }

        assertThat(admitted).isBetween(inTenSeconds - 1, inTenSeconds);
    }

    @Test
    void nobodySpendsWhatIsAnothers() {
        Limits limits = new Limits(requests(2), Map.of(), clock);

        assertThat(admittedOf(10, limits, "a")).isEqualTo(2);
        assertThat(admittedOf(10, limits, "b")).isEqualTo(2);
    }

    @Test
    void aTeamsOwnRateReplacesTheGeneralOne() {
        Limits limits = new Limits(
                requests(2), Map.of("big", requests(20).orElse(requests(2)), "small", NONE.orElse(requests(2))), clock);

        assertThat(admittedOf(100, limits, "big")).isEqualTo(20);
        assertThat(admittedOf(100, limits, "small")).isEqualTo(2);
    }

    @Test
    void fetchesAreCountedApartFromRequests() {
        Limits limits = new Limits(fetches(2), Map.of(), clock);

        assertThat(admittedOf(1_000, limits, "a")).isEqualTo(1_000);
        Caller caller = ((Admission.Admitted) limits.charge("a", "team")).caller();
        assertThat(caller.fetches().take()).isZero();
        assertThat(caller.fetches().take()).isZero();
        assertThat(caller.fetches().take()).isEqualTo(Duration.ofMillis(500));
        clock.advance(Duration.ofMillis(500));
        assertThat(caller.fetches().take()).isZero();
    }

    @Test
    void withoutRatesNothingIsLimited() {
        Limits limits = new Limits(NONE, Map.of("a", NONE), clock);

        assertThat(limits.isUnlimited()).isTrue();
        assertThat(admittedOf(100_000, limits, "a")).isEqualTo(100_000);
    }

    @Test
    void aMillionAddressesAreNotAllRemembered() {
        Limits limits = new Limits(requests(1), Map.of(), clock);
        for (int i = 0; i < 1_000_000; i++) {
            limits.charge("address " + i, "none");
        }

        assertThat(limits.accountsRemembered()).isLessThanOrEqualTo(50_000);
    }
}
