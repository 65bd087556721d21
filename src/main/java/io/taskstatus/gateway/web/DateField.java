package io.taskstatus.gateway.web;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** The header field {@code Date} (RFC 9110, section 6.6.1) of one second. Formatted once for each. */
final class DateField {
    static final String NAME = "Date";

    private static final DateTimeFormatter IMF_FIXDATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);
    private static volatile DateField latest = new DateField(Instant.EPOCH);

    private final long second;
    private final String value;
    private final byte[] line;

    private DateField(Instant now) {
        second = now.getEpochSecond();
        value = IMF_FIXDATE.format(now);
        line = (NAME + ": " + value + "\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    /** Its value. */
    static String value(Instant now) {
        return at(now).value;
    }

    /** The whole line, with its end; not to be changed. */
    static byte[] line(Instant now) {
        return at(now).line;
    }

    private static DateField at(Instant now) {
        DateField known = latest;
        if (known.second != now.getEpochSecond()) {
            known = new DateField(now);
            latest = known;
        }
        return known;
    }
}
