package io.taskstatus.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryAfterTest {
    private static final Instant NOW = Instant.parse("2026-11-06T08:49:07Z");

    private static Duration pause(String value) {
        return RetryAfter.pause(Optional.of(value), NOW);
    }

    @ParameterizedTest
    @CsvSource({"0,1", "1,1", "2,2", "' 7 ',7", "60,60", "61,60", "999999999,60", "99999999999999999999,60", "007,7"})
    void secondsAreHeldToOneToSixty(String value, int seconds) {
        assertThat(pause(value)).isEqualTo(Duration.ofSeconds(seconds));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Fri, 06 Nov 2026 08:49:37 GMT",
                "Friday, 06-Nov-26 08:49:37 GMT",
                "Fri Nov  6 08:49:37 2026",
            })
    void aDateMayHaveAnyOfItsForms(String date) {
        assertThat(pause(date)).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void aDateIsHeldToTheSameBounds() {
        assertThat(pause("Fri, 06 Nov 2020 08:49:37 GMT")).isEqualTo(Duration.ofSeconds(1));
        assertThat(pause("Fri, 06 Nov 2026 09:49:37 GMT")).isEqualTo(Duration.ofMinutes(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "-1", "+1", "1.5", "soon", "1 2", "1,2", "٣", "Fri, 06 Nov 2026 08:49:37 CET"})
    void whatMeansNothingIsFiveSeconds(String value) {
        assertThat(pause(value)).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void absenceIsFiveSeconds() {
        assertThat(RetryAfter.pause(Optional.empty(), NOW)).isEqualTo(Duration.ofSeconds(5));
    }
}
