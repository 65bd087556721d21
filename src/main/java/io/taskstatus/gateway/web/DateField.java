package io.taskstatus.gateway.web;

import io.netty.handler.codec.DateFormatter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;

/** The header field {@code Date} (RFC 9110, section 6.6.1), formatted once for each second. */
final class DateField {
    static final String NAME = "Date";

    private record Second(long second, String value, byte[] line) {
        Second(long second) {
            this(second, DateFormatter.format(new Date(second * 1000)));
        }

        private Second(long second, String value) {
            this(second, value, (NAME + ": " + value + "\r\n").getBytes(StandardCharsets.US_ASCII));
        }
    }

    private static volatile Second latest = new Second(0);

    private DateField() {}

    /** Its value. */
    static String value(Instant now) {
        return at(now).value();
    }

    /** The whole line, with its end. */
    static byte[] line(Instant now) {
        return at(now).line();
    }

    private static Second at(Instant now) {
        Second known = latest;
        long second = now.getEpochSecond();
        if (known.second() != second) {
            known = new Second(second);
            latest = known;
        }
        return known;
    }
}
