package io.taskstatus.gateway.upstream;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** How long {@code Retry-After} (RFC 9110, section 10.2.3) asks to pause: seconds, or a date in any of its three forms. */
final class RetryAfter {
    static final Duration SHORTEST = Duration.ofSeconds(1);
    static final Duration LONGEST = Duration.ofMinutes(1);
    /** Where there is none, or one that means nothing. */
    static final Duration USUAL = Duration.ofSeconds(5);

    /** RFC 9110, section 5.6.7: two digits of a year mean the century that puts it least far into the future. */
    private static final List<DateTimeFormatter> DATES = List.of(
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US),
            new DateTimeFormatterBuilder()
                    .appendPattern("EEEE, dd-MMM-")
                    .appendValueReduced(ChronoField.YEAR, 2, 2, 2000)
                    .appendPattern(" HH:mm:ss 'GMT'")
                    .toFormatter(Locale.US),
            DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", Locale.US));

    private RetryAfter() {}

    /** The pause that {@code value} asks for, held to what makes sense. */
    static Duration pause(Optional<String> value, Instant now) {
        return value.flatMap(text -> parse(text.strip(), now))
                .map(asked -> asked.compareTo(SHORTEST) < 0 ? SHORTEST : asked.compareTo(LONGEST) > 0 ? LONGEST : asked)
                .orElse(USUAL);
    }

    private static Optional<Duration> parse(String text, Instant now) {
        if (!text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return Optional.of(text.length() > 9 ? LONGEST : Duration.ofSeconds(Long.parseLong(text)));
        }
        for (DateTimeFormatter form : DATES) {
            try {
                Instant then = LocalDateTime.parse(text, form).toInstant(ZoneOffset.UTC);
                return Optional.of(Duration.between(now, then));
            } catch (DateTimeParseException e) {
                // It may be one of the other forms.
            }
        }
        return Optional.empty();
    }
}
